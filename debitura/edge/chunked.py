"""Bodies sent in chunks."""

from collections.abc import Callable, Iterable
from typing import Any

MAX_BODY = 1_000_000  # bytes
MAX_DROPPED = 10 * MAX_BODY  # how much of what is too long is still read, to be able to say so
type WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


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
