"""The /clients API: the only place that knows outcomes and HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import assert_never

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from cases.claim import Claim
from edge.errors import ApiError, BusinessError
from edge.operation import Operation
from edge.query import read_query
from edge.shapes import read
from onboarding.api.bodies import client_body, client_with_cases_body, clients_body
from onboarding.api.lists import ClientsQuery, find_clients
from onboarding.api.openapi import describe_create_client, describe_get_client, describe_list_clients
from onboarding.api.schemas import (
    BusinessErrorsBody,
    ConflictBody,
    CreateClientRequest,
    NeedsLinkingBody,
    NeedsLinkingData,
    OnboardingLinks,
    TenantData,
)
from onboarding.journey.steps import approval_url
from onboarding.registering.onboard import (
    Ambiguous,
    AskedTooOften,
    AwaitingSignature,
    Disowned,
    LinkedElsewhere,
    LinkedUnderOtherId,
    NeedsApproval,
    Onboarded,
    Outcome,
    Ready,
    Refusal,
    RulesBroken,
    find_onboarded,
    onboard_client,
)
from partners.authentication import IsPartner, calling_partner

# An address can stand for another company than this one: a bookkeeper's, or a group's mailbox (product-rules 3.4).
KNOWN = "An address in this request is known to us from"
OTHERWISE = "If this is another company, send other addresses of it; plus-addresses will do."
SUPPORT = "Please write to {contact}; name the externalTenantId."


class ClientsView(Operation):
    """All clients: bring one on board, list them."""

    permission_classes = [IsPartner]

    @describe_list_clients
    def get(self, request: Request) -> HttpResponse:
        """A page of the partner's clients, and the counts of all that were asked for."""
        wanted = read_query(ClientsQuery, request.META["QUERY_STRING"])
        found = find_clients(partner=calling_partner(request), wanted=wanted, at=timezone.now())
        return _json(clients_body(wanted, found), status=200)

    @describe_create_client
    def post(self, request: Request) -> HttpResponse:
        """Create a client and link it to the calling partner, or tell where it stands."""
        now = timezone.now()
        registration = read(CreateClientRequest, request.data, at=now).registration()
        outcome = onboard_client(partner=calling_partner(request), registration=registration, at=now)
        return _answer(outcome, registration.claims)


class ClientView(Operation):
    """One client."""

    permission_classes = [IsPartner]

    @describe_get_client
    def get(self, request: Request, externalTenantId: str) -> HttpResponse:  # noqa: N803 (its name on the wire)
        """Tell where a client of the calling partner stands."""
        found = find_onboarded(partner=calling_partner(request), external_tenant_id=externalTenantId, at=timezone.now())
        if found is None:
            raise NotFound
        return _json(client_body(found), status=200)


def _answer(outcome: Outcome, claims: Sequence[Claim]) -> HttpResponse:
    match outcome:
        case Ready():
            return _client(outcome, claims, status=201)
        case AwaitingSignature():
            return _client(outcome, claims, status=202)
        case _:
            return _refusal(outcome)


def _refusal(refusal: Refusal) -> HttpResponse:
    match refusal:
        case NeedsApproval(request):
            message = f"{KNOWN} a company that must approve the link to you first. Hand it the URL in data."
            return _needs_linking(message, request.external_tenant_id, OnboardingLinks(url=approval_url(request)))
        case Disowned(external_tenant_id):
            return _needs_linking(
                _ask_support("a company that has not approved the link to you"), external_tenant_id, None
            )
        case LinkedElsewhere(external_tenant_id):
            return _conflict(
                "AlreadyLinkedToAnotherPartner", external_tenant_id, "a company that is linked to another partner"
            )
        case LinkedUnderOtherId(linked_under):
            return _conflict("AlreadyLinkedDifferentTenant", linked_under, "the client in data, which is linked to you")
        case Ambiguous(external_tenant_id):
            return _conflict(
                "AmbiguousMatch", external_tenant_id, "several companies, so that they cannot be told apart"
            )
        case AskedTooOften(retry_after):
            raise _too_often(retry_after)
        case RulesBroken(rules):
            errors = [BusinessError(type=rule.type, message=rule.message, solution_url=None) for rule in rules]
            return _json(BusinessErrorsBody(business_errors=errors), 422)
        case _:
            assert_never(refusal)


def _client(onboarded: Onboarded, claims: Sequence[Claim], *, status: int) -> HttpResponse:
    response = _json(client_with_cases_body(onboarded, claims) if claims else client_body(onboarded), status)
    if onboarded.is_replay:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _needs_linking(message: str, external_tenant_id: str, links: OnboardingLinks | None) -> HttpResponse:
    data = NeedsLinkingData(external_tenant_id=external_tenant_id, onboarding_links=links, is_attributed_client=False)
    return _json(NeedsLinkingBody(message=message, data=data), 409)


def _conflict(type: str, external_tenant_id: str, whose: str) -> HttpResponse:
    data = TenantData(external_tenant_id=external_tenant_id)
    return _json(ConflictBody(type=type, message=_ask_support(whose), data=data), 409)


def _too_often(retry_after: timedelta) -> ApiError:
    message = f"You were told of too many companies that we know already within a day. Try again later. {_support()}"
    return ApiError(429, "RateLimited", message, headers={"Retry-After": str(ceil(retry_after.total_seconds()))})


def _ask_support(whose: str) -> str:
    return f"{KNOWN} {whose}. {OTHERWISE} {_support()}"


def _support() -> str:
    return SUPPORT.format(contact=settings.SUPPORT_CONTACT)


def _json(body: BaseModel, status: int) -> HttpResponse:
    """Pydantic writes the JSON itself: a Decimal stays exact, and nothing is walked twice."""
    return HttpResponse(body.model_dump_json(by_alias=True), content_type="application/json", status=status)
