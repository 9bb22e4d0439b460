"""Closed by default: every URL there is asks who is calling, but for those that are named here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern, RoutePattern
from rest_framework.test import APIRequestFactory

from edge.operation import Operation
from onboarding.journey.steps import STEPS

# By name, with the namespaces it is in. Pages of a client are open to whoever has the URL; what they show and do is a
# matter of the proof that the browser holds.
OPEN = {
    "landing",
    "docs",
    "openapi",
    "healthz",
    "readyz",
    "admin:login",
    "brand-style",
    "approval",
    "approval-decide",
    "approval-leave",
    "without-its-end",  # leads on and does nothing
    "demo-mail",  # not there in production
    "demo-mail-json",
    *(
        f"{purpose.value}:{page}"
        for purpose in STEPS
        for page in ("entry", "company", "users", "handed-over", "leave", "agreement", "done", "document")
    ),
}
SAMPLES = {"id": str(UUID(int=7)), "int": "7"}


def every_url(resolver: Any, names: tuple[str, ...] = (), before: str = "/") -> Iterator[tuple[str, str]]:
    """The name and an address of every pattern there is."""
    for each in resolver.url_patterns:
        address = before + sample(each.pattern)
        if isinstance(each, URLResolver):
            namespace = (each.namespace,) if each.namespace else ()
            yield from every_url(each, (*names, *namespace), address)
        else:
            yield name(each, names), address


def name(pattern: URLPattern, names: tuple[str, ...]) -> str:
    return ":".join((*names, pattern.name or str(pattern.pattern)))


def sample(pattern: Any) -> str:
    """An address that fits; converters without a sample take text."""
    match pattern:
        case RoutePattern():
            return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "", "7"), str(pattern))
        case RegexPattern() if str(pattern).startswith("^(?P<link>"):
            return f"LinkApproval/{UUID(int=7)}."
        case RegexPattern():
            return re.sub(r"\(\?P<\w+>[^)]*\)", "7", str(pattern)).strip("^$").removesuffix(r"\Z")
        case _:
            raise TypeError(pattern)


def is_closed(response: Any) -> bool:
    """Whether nothing was done but asking who is calling."""
    to_sign_in = response.status_code == 302 and response.headers["Location"].startswith(reverse(settings.LOGIN_URL))
    return bool(response.status_code == 401 or to_sign_in)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_url_is_closed_or_named_open(client: Browser, db: None, method: str) -> None:
    urls = list(every_url(get_resolver()))

    found = {name for name, address in urls if not is_closed(client.generic(method, address))}

    assert found == OPEN
    assert {"client-list", "client-detail", "admin:index", "admin:clients_client_changelist"} <= {
        name for name, _ in urls
    } - found


def test_an_operation_that_names_nobody_lets_nobody_in() -> None:
    """DRF's default permission, for an operation that is written without one."""

    class Forgotten(Operation):
        authentication_classes = ()

        def get(self, request: object) -> None:
            raise AssertionError

    response = Forgotten.as_view()(APIRequestFactory().get("/"))

    assert response.status_code == 403
