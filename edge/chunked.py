"""How bodies arrive: in chunks, slowly, and called what they are not."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.utils.http import parse_header_parameters

from edge.patience import give_connections_back

MAX_BODY, MAX_FORM = 1_000_000, 400_000  # bytes, of a call and of a page's form
LONGEST_TYPE = 255
MAX_DROPPED = 10 * MAX_BODY  # how much of what is too long is still read, to be able to say so
type WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def in_words(size: int) -> str:
    """So many bytes, as callers are told of a limit."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1_000} kB"


class Stream(Protocol):
    """Where a body comes from."""

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes; none at the end."""

    def readline(self, size: int, /) -> bytes:
        """Read to the end of the line, or at most so many bytes."""


class ReadsChunkedBodies:
    """
    Lets Django read a chunked body like any other.

    Django takes a request without Content-Length for one without a body. The server ends the stream where the last
    chunk ends, so any length that is over the limit will do: what is longer is refused by its size anyway.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on."""
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = str(MAX_DROPPED)
        return self._application(environ, start_response)


class ReadsAnyContentType:
    """
    Leaves out of a Content-Type what cannot be read.

    Django reads it while it makes the request, before anything that could answer what goes wrong there.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on."""
        if not _is_readable(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = environ["CONTENT_TYPE"].partition(";")[0][:LONGEST_TYPE]
        return self._application(environ, start_response)


def _is_readable(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
        "".encode(parameters.get("charset", "utf-8"))
    except (ValueError, LookupError):
        return False
    return True


class WaitsWithoutDatabase:
    """
    Gives the database connection back while a body is on its way, which may take for ever.

    Who is calling is asked first, so a handful of callers that drip their bodies would have all connections.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on."""
        if environ.get("CONTENT_LENGTH", "0") not in ("", "0"):
            environ["wsgi.input"] = _WithoutDatabase(environ["wsgi.input"])
        return self._application(environ, start_response)


class _WithoutDatabase:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        give_connections_back()
        return self._stream.read(size)

    def readline(self, size: int, /) -> bytes:
        give_connections_back()
        return self._stream.readline(size)
