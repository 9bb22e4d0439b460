"""What a partner is answered when it brings a client: the one place that knows outcomes and HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from django.http import HttpResponse

from cases.claim import Claim
from onboarding.api.bodies import client_body, client_with_cases_body, conflict_body, rules_body, too_often
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
    RulesBroken,
)
from partners.viewset import answer


def answer_outcome(outcome: Outcome, claims: Sequence[Claim]) -> HttpResponse:
    """What became of the call, with what became of the claims that came with it."""
    match outcome:
        case Ready():
            return _client(outcome, claims, status=201)
        case AwaitingSignature():
            return _client(outcome, claims, status=202)
        case NeedsApproval() | Disowned() | LinkedElsewhere() | LinkedUnderOtherId() | Ambiguous():
            return answer(conflict_body(outcome), 409)
        case RulesBroken():
            return answer(rules_body(outcome), 422)
        case AskedTooOften(retry_after):
            raise too_often(retry_after)
        case _:
            assert_never(outcome)


def _client(onboarded: Onboarded, claims: Sequence[Claim], *, status: int) -> HttpResponse:
    response = answer(client_with_cases_body(onboarded, claims) if claims else client_body(onboarded), status)
    if onboarded.is_replay:
        response.headers["Idempotent-Replayed"] = "true"
    return response
