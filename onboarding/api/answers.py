"""What a partner is answered when it brings a client: the one place that knows outcomes and HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import assert_never

from django.conf import settings
from django.http import HttpResponse

from cases.claim import Claim
from edge.errors import ApiError, BusinessError
from onboarding.api.bodies import client_body, client_with_cases_body
from onboarding.api.schemas import (
    BusinessErrorsBody,
    ConflictBody,
    NeedsLinkingBody,
    NeedsLinkingData,
    OnboardingLinks,
    TenantData,
)
from onboarding.approving.approval_path import approval_url
from onboarding.registering.outcomes import (
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
)
from partners.viewset import answer

# An address can stand for another company than this one: a bookkeeper's, or a group's mailbox (product-rules 3.4).
KNOWN = "An address in this request is known to us from"
OTHERWISE = "If this is another company, send other addresses of it; plus-addresses will do."
SUPPORT = "Please write to {contact}; name the externalTenantId."


def answer_outcome(outcome: Outcome, claims: Sequence[Claim]) -> HttpResponse:
    """What became of the call, with what became of the claims that came with it."""
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
            return answer(BusinessErrorsBody(business_errors=errors), 422)
        case _:
            assert_never(refusal)


def _client(onboarded: Onboarded, claims: Sequence[Claim], *, status: int) -> HttpResponse:
    response = answer(client_with_cases_body(onboarded, claims) if claims else client_body(onboarded), status)
    if onboarded.is_replay:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _needs_linking(message: str, external_tenant_id: str, links: OnboardingLinks | None) -> HttpResponse:
    data = NeedsLinkingData(external_tenant_id=external_tenant_id, onboarding_links=links, is_attributed_client=False)
    return answer(NeedsLinkingBody(message=message, data=data), 409)


def _conflict(type: str, external_tenant_id: str, whose: str) -> HttpResponse:
    data = TenantData(external_tenant_id=external_tenant_id)
    return answer(ConflictBody(type=type, message=_ask_support(whose), data=data), 409)


def _too_often(retry_after: timedelta) -> ApiError:
    message = f"You were told of too many companies that we know already within a day. Try again later. {_support()}"
    return ApiError(429, "RateLimited", message, headers={"Retry-After": str(ceil(retry_after.total_seconds()))})


def _ask_support(whose: str) -> str:
    return f"{KNOWN} {whose}. {OTHERWISE} {_support()}"


def _support() -> str:
    return SUPPORT.format(contact=settings.SUPPORT_CONTACT)
