"""The examples of the description of /clients: what is made of one client as answers are, once URLs are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from cases.api.case_body import results_body
from cases.api.examples import JANE, LINK, example_case
from cases.api.schemas import CaseRequest
from cases.case_stats import CaseStats
from cases.lifecycle import Lifecycle
from cases.models import SubmissionError
from cases.routing import NOBODY
from cases.submit_cases import Created, NotPlaced
from clients.agreement_status import Current, NeverSigned, Reason, SignAgain
from clients.models import LinkRequest
from edge.errors import invalid
from edge.shapes import example
from onboarding.api.bodies import clients_body, conflict_body, listed_body, rules_body, too_often
from onboarding.api.lists import ClientCounts, ClientPage, ClientsQuery, ListedClient
from onboarding.api.schemas import ClientWithCasesBody, CreateClientRequest
from onboarding.registering.outcomes import (
    Ambiguous,
    AwaitingSignature,
    BrokenRule,
    Disowned,
    LinkedElsewhere,
    LinkedUnderOtherId,
    NeedsApproval,
    Onboarded,
    Ready,
    RulesBroken,
)

NEW_CLIENT = example(CreateClientRequest)
WITH_A_CASE = {**NEW_CLIENT, "cases": [example(CaseRequest)]}
TENANT_ID = LINK.external_tenant_id


def _listed(onboarded: Onboarded, cases: int = 0) -> ListedClient:
    return ListedClient(onboarded, users=[JANE], stats=CaseStats(cases, earnings_usd=Decimal(0)))


_READY = _listed(Ready(LINK, Current(current_number=3, signed_number=3, must_sign_by=None), is_replay=False))
_ANNOUNCED = Current(current_number=3, signed_number=2, must_sign_by=datetime(2027, 1, 1, tzinfo=UTC))
_AWAITING = AwaitingSignature(LINK, NeverSigned(current_number=3), is_replay=False)
_SIGN_AGAIN = SignAgain(3, 2, Reason.CREDITOR_NAME_CHANGED, since=datetime(2026, 11, 20, 9, 30, tzinfo=UTC))

READY = partial(listed_body, _READY)
ANNOUNCED = partial(listed_body, _listed(Ready(LINK, _ANNOUNCED, is_replay=False)))
AWAITING = partial(listed_body, _listed(_AWAITING))
AGAIN = partial(listed_body, _listed(AwaitingSignature(LINK, _SIGN_AGAIN, is_replay=False)))
CLIENTS = partial(
    clients_body, ClientsQuery(), ClientPage([_READY], ClientCounts(total=1, attributed=1, complete=1, cases=0))
)


def with_cases() -> ClientWithCasesBody:
    """A new client with a case, and with one that nobody covers."""
    body = listed_body(_listed(_AWAITING, cases=1))
    results = results_body(
        [
            Created(example_case(Lifecycle.PENDING_CONTRACT_SIGNING)),
            NotPlaced(SubmissionError.NO_PARTNER_AVAILABLE, NOBODY),
        ],
        ["INV-1001", "INV-1002"],
        signing_url=body.agreement.sign_url,
        return_urls=["", ""],
    )
    return ClientWithCasesBody(**dict(body), case_results=results)


NO_ADDRESS = invalid({"users[0].email": ["This is not an e-mail address."]})
NEEDS_LINKING = partial(
    conflict_body,
    NeedsApproval(LinkRequest(id=UUID("7d3a1c52-8e4b-4f0d-b6a9-2c9e5f1b7a30"), external_tenant_id=TENANT_ID)),
)
DISOWNED = partial(conflict_body, Disowned(TENANT_ID))
ALREADY_LINKED_TO_ANOTHER_PARTNER = partial(conflict_body, LinkedElsewhere(TENANT_ID))
ALREADY_LINKED_DIFFERENT_TENANT = partial(conflict_body, LinkedUnderOtherId("tenant-0815"))
AMBIGUOUS_MATCH = partial(conflict_body, Ambiguous(TENANT_ID))
ASSIGNED_USER_UNKNOWN = rules_body(
    RulesBroken(
        (BrokenRule("AssignedUserUnknown", "cases[0].assignedUserEmail: none of the client's users has this address."),)
    )
)
TOO_MANY_KNOWN = too_often(timedelta(hours=20))
