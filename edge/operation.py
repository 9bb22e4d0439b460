"""What every operation of the API has in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, cast, override

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from rest_framework.views import APIView


class Operation(APIView):
    """An operation of the API. It is closed unless `permission_classes` says who may call it."""

    # OPTIONS is not answered, so no Allow header lists it.
    http_method_names = [method for method in APIView.http_method_names if method not in ("options", "trace")]

    # Callbacks to run when the call is over, however it ends.
    at_the_end: ExitStack

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the call, then run the callbacks in `at_the_end`; for a stream, once it has been sent."""
        with ExitStack() as self.at_the_end:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            if isinstance(response, StreamingHttpResponse):
                content = cast(Iterator[bytes], response.streaming_content)
                response.streaming_content = _Until(content, self.at_the_end.pop_all())
            return response

    @property
    @override
    def default_response_headers(self) -> dict[str, str]:
        """Forbid caching: caches do not know that answers depend on the header with the key."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class _Until:
    """A streamed answer. The server closes it after the last part, or when the caller has disconnected."""

    def __init__(self, content: Iterator[bytes], at_the_end: ExitStack) -> None:
        self._content = content
        self._at_the_end = at_the_end

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def close(self) -> None:
        self._at_the_end.close()
