"""The API as a stranger would try it who has nothing but its description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clients.models import Agreement
from partners.models import ReferralPartner
from tests.make import make_key

# Not that whatever breaks a schema is refused: an empty string says nothing, of whatever type an optional property is
# (product-rules 1.2), and an empty list in a query was not sent. Other tests say what is refused.
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


schema = schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())


@pytest.fixture
def key(partner: ReferralPartner) -> Iterator[str]:
    """With the connection of the test's transaction kept, which would end with each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield make_key(partner)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=300, deadline=None, suppress_health_check=[*HealthCheck], database=None)
def test_answers_are_what_the_description_says(case: Case[Any], key: str, agreement: Agreement) -> None:
    case.call_and_validate(headers={"XApiKey": key}, checks=CHECKS)
