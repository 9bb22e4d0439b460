"""Answer calls of the API without the middleware that only pages need."""

from collections.abc import Callable
from typing import cast

from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware

from edge.answer_errors import answer, sent_in_clear, with_our_body
from edge.is_api import is_api


class _Views(BaseHandler):
    """Django's handler, from a request to its view and back, without any middleware."""

    _view_middleware = _template_response_middleware = _exception_middleware = ()

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Let the view answer. `get_host` raises if the host is not ours, which makes a 400."""
        request.get_host()
        response: HttpResponseBase = self._get_response(request)  # type: ignore[attr-defined]  # the stubs leave it out
        return response


class ApiMiddleware:
    """Answers calls of the API, without session, cookie or form; passes requests for pages on to other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._pages = get_response
        self._calls = cast(Callable[[HttpRequest], HttpResponseBase], convert_exception_to_response(_Views().answer))
        self._security = SecurityMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a call, or pass the request on."""
        if not is_api(request):
            return self._pages(request)
        refusal = sent_in_clear(request)
        response = answer(request, refusal) if refusal else with_our_body(request, self._calls(request))
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return self._security.process_response(request, cast(HttpResponse, response))  # it only sets headers
