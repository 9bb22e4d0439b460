"""Of two who decide about a conflict at once, the slower is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from clients.models import Agreement, ConflictStatus, LinkConflict, LinkRequest
from onboarding.approving.approve_link import approve_link
from onboarding.models import Purpose
from onboarding.registering.outcomes import AwaitingSignature, LinkedElsewhere
from onboarding.support import resolve_conflict as module
from onboarding.support.resolve_conflict import (
    DecidedBefore,
    IdTaken,
    Resolved,
    keep,
    offer_move,
)
from partners.models import ReferralPartner
from tests.make import make_first_agreement, make_partner, make_proof, make_staff
from tests.onboarding.registration import onboard
from tests.onboarding.support.conflicts import ask_for_a_client_of, decide, onboard_another
from tests.race import PATIENCE, in_thread, wait_until_blocked


@pytest.fixture
def committed(transactional_db: None) -> LinkConflict:
    if Agreement.objects.current() is None:
        make_first_agreement()
    return ask_for_a_client_of(make_partner(), by=make_partner())


def test_the_slower_of_two_agents_is_told_what_the_other_decided(committed: LinkConflict) -> None:
    outcomes = _one_after_the_other(committed, keep, offer_move)

    assert [type(outcome) for outcome in outcomes] == [Resolved, DecidedBefore]
    assert outcomes[1].conflict.status == ConflictStatus.KEPT
    assert not LinkRequest.objects.exists()


def test_in_the_other_order_the_offer_stands(committed: LinkConflict) -> None:
    outcomes = _one_after_the_other(committed, offer_move, keep)

    assert [type(outcome) for outcome in outcomes] == [Resolved, DecidedBefore]
    assert LinkRequest.objects.pending().count() == 1


def test_without_looking_whether_it_is_open_an_offer_follows_a_refusal(
    committed: LinkConflict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_is_open", lambda conflict: True)

    _one_after_the_other(committed, keep, offer_move)

    assert LinkRequest.objects.pending().count() == 1
    assert LinkConflict.objects.get().status == ConflictStatus.KEPT


def test_a_move_approved_while_the_old_partner_posts_answers_it_before_or_after(committed: LinkConflict) -> None:
    rival = ReferralPartner.objects.get(links__isnull=False)
    decide(offer_move, committed)
    request = LinkRequest.objects.get()
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            approve_link(link_request=request, browser="mine", at=timezone.now())
            before = in_thread(pool, partial(onboard, rival, "theirs")).result(timeout=10)
        after = onboard(rival, "theirs")

    assert isinstance(before, AwaitingSignature)
    assert after == LinkedElsewhere("theirs")


def test_an_offer_waits_for_a_call_that_uses_the_id(committed: LinkConflict) -> None:
    outcome, _ = _offer_while_the_id_is_used(committed)

    assert outcome == IdTaken()
    assert not LinkRequest.objects.exists()


def test_without_its_lock_on_the_id_an_offer_overlooks_that_call(
    committed: LinkConflict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_lock_tenant_id", lambda conflict: None)

    outcome, used = _offer_while_the_id_is_used(committed)

    assert isinstance(outcome, Resolved)
    assert used.link.external_tenant_id == LinkRequest.objects.pending().get().external_tenant_id


def _offer_while_the_id_is_used(conflict: LinkConflict) -> tuple[Any, Any]:
    """Offer a move when the partner's call has used the id for another client and has not committed yet."""
    facts: dict[str, Any] = {"by": make_staff("Support"), "why": "They called", "at": timezone.now()}
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            used = onboard_another(conflict.partner)
            offering = in_thread(pool, partial(offer_move, conflict=conflict, **facts))
            wait([offering], timeout=PATIENCE)
        return offering.result(timeout=20), used


def _one_after_the_other(conflict: LinkConflict, first: Any, second: Any) -> list[Any]:
    """Begin the second when the first has decided and not committed yet."""
    staff = [make_staff("Support"), make_staff("Support")]
    facts: dict[str, Any] = {"why": "They called", "at": timezone.now()}
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            outcome = first(conflict=LinkConflict.objects.get(), by=staff[0], **facts)
            waiting = in_thread(pool, partial(second, conflict=conflict, by=staff[1], **facts))
            wait_until_blocked()
        return [outcome, waiting.result(timeout=20)]
