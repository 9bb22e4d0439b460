"""Sessions of staff end after half an hour without a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class StaffIdleMiddleware:
    """Not there yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)
