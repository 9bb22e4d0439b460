"""Prepare bodies for Django that arrive in chunks, slowly, or under a wrong name."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.utils.http import parse_header_parameters

from edge.patience import give_connections_back

MAX_BODY, MAX_FORM = 1_000_000, 400_000  # bytes, of a call and of a page's form
LONGEST_TYPE = 255
MAX_DROPPED = 10 * MAX_BODY  # bytes of a body over the limit that are still read, so that its sender gets the answer
type WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def in_words(size: int) -> str:
    """A size in bytes as people write it: `1 MB`, `400 kB`."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1_000} kB"


class Stream(Protocol):
    """The stream that a body is read from."""

    def read(self, size: int, /) -> bytes:
        """Read at most `size` bytes; empty at the end."""

    def readline(self, size: int, /) -> bytes:
        """Read to the end of the line, or at most `size` bytes."""


class ReadsChunkedBodies:
    """
    Lets Django read a chunked body like any other.

    Django assumes that a request without Content-Length has no body. The server ends the stream after the last chunk,
    so any length over the limit will do: a longer body is refused for its size anyway.
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
    Cuts a Content-Type that cannot be parsed down to its media type.

    Django parses it while creating the request, before anything could answer an error.
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
    Gives the database connection back while a body is being received, which may take forever.

    Authentication takes one before the body is read, so a handful of slow senders could hold all connections.
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
