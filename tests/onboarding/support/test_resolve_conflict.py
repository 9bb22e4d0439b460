"""Support decides: what each decision does, and what the asking partner gets from then on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.utils import timezone

from clients.models import Agreement, Client, ConflictStatus, LinkConflict, LinkRequest, ReferralPartnerClientLink
from onboarding.approving.approve_link import Approved, approve_link, decline_link
from onboarding.models import Purpose
from onboarding.registering.onboard import find_onboarded
from onboarding.registering.outcomes import Ambiguous, AwaitingSignature, Disowned, LinkedElsewhere, NeedsApproval
from onboarding.support import resolve_conflict as module
from onboarding.support.resolve_conflict import (
    DecidedBefore,
    IdTaken,
    NotAmongTheMatches,
    NothingToMove,
    Resolved,
    choose_client,
    keep,
    lift,
    offer_move,
    refuse,
    reopen,
)
from partners.models import ReferralPartner
from tests.make import make_client, make_first_agreement, make_link, make_partner, make_proof, make_request, make_staff
from tests.onboarding.registration import JANE, NOW, onboard
from tests.race import PATIENCE, in_thread, wait_until_blocked


@pytest.fixture
def rivals(agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner) -> LinkConflict:
    """The partner asked for a client of the rival's."""
    return ask_for_a_client_of(rival, by=partner)


def ask_for_a_client_of(rival: ReferralPartner, *, by: ReferralPartner) -> LinkConflict:
    client = make_client(admin="jane@acme.test")
    make_link(partner=rival, client=client, tenant_id="theirs", fee_percentage=Decimal("10.00"))
    onboard(by)
    return LinkConflict.objects.get()


@pytest.fixture
def ambiguous(agreement: Agreement, partner: ReferralPartner) -> LinkConflict:
    """The partner's addresses belong to two clients."""
    make_client(admin="jane@acme.test", name="First")
    make_client(support_email="office@acme.test", name="Second")
    onboard(partner)
    return LinkConflict.objects.get()


def decide(act: Any, conflict: LinkConflict, **facts: Any) -> Any:
    return act(conflict=conflict, by=make_staff("Support"), why="They called", at=timezone.now(), **facts)


def onboard_another(partner: ReferralPartner) -> Any:
    """The partner's next customer, under the id that it asked with."""
    joe = replace(JANE, email="joe@other.test")
    return onboard(partner, people=(joe,), support_email="office@other.test")


def answer(request: LinkRequest, act: Any, **facts: Any) -> Any:
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return act(link_request=request, browser="mine", at=timezone.now(), **facts)


def test_a_repeat_counts_on_the_conflict_there_is(rivals: LinkConflict, partner: ReferralPartner) -> None:
    onboard(partner)
    onboard(partner, "tenant-2")

    rivals.refresh_from_db()
    assert rivals.times_asked == 3
    assert LinkConflict.objects.count() == 1


def test_other_clients_that_match_are_another_conflict(ambiguous: LinkConflict, partner: ReferralPartner) -> None:
    make_client(admin="third@acme.test", name="Third")

    onboard(partner, support_email="third@acme.test")

    other = LinkConflict.objects.exclude(pk=ambiguous.pk).get()
    assert sorted(other.matches.values_list("client__name", flat=True)) == ["First", "Third"]
    assert sorted(ambiguous.matches.values_list("client__name", flat=True)) == ["First", "Second"]


@pytest.mark.parametrize("times", [1, 2])
def test_kept_the_partner_goes_on_getting_the_same_answer(
    rivals: LinkConflict, partner: ReferralPartner, times: int
) -> None:
    decide(keep, rivals)

    assert [onboard(partner) for _ in range(times)] == [LinkedElsewhere("tenant-1")] * times
    kept = LinkConflict.objects.get()
    assert (kept.status, kept.reason, kept.times_asked) == (ConflictStatus.KEPT, "They called", 1 + times)


def test_refused_the_partner_goes_on_getting_the_same_answer(ambiguous: LinkConflict, partner: ReferralPartner) -> None:
    decide(refuse, ambiguous)

    assert onboard(partner) == Ambiguous("tenant-1")
    assert LinkConflict.objects.get().status == ConflictStatus.REFUSED


def test_reopened_it_waits_for_a_decision_again(rivals: LinkConflict, partner: ReferralPartner) -> None:
    decide(keep, rivals)

    outcome = reopen(conflict=rivals, by=make_staff("Support"), why="New facts")
    onboard(partner)

    assert isinstance(outcome, Resolved)
    assert (LinkConflict.objects.get().status, LinkConflict.objects.get().times_asked) == (ConflictStatus.OPEN, 2)


def test_with_a_move_offered_the_partner_is_given_the_url(rivals: LinkConflict, partner: ReferralPartner) -> None:
    decide(offer_move, rivals)

    outcome = onboard(partner)

    assert isinstance(outcome, NeedsApproval)
    assert outcome.request == LinkConflict.objects.get().request
    assert outcome.request.replaces == rivals.existing_link


def test_a_move_that_the_client_approves_swaps_the_links(
    rivals: LinkConflict, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    decide(offer_move, rivals)

    approved = answer(LinkRequest.objects.get(), approve_link)
    mine, theirs = onboard(partner), find_onboarded(partner=rival, external_tenant_id="theirs", at=NOW)

    assert isinstance(approved, Approved)
    assert isinstance(mine, AwaitingSignature)
    assert theirs is None
    old = ReferralPartnerClientLink.objects.get(partner=rival)
    assert (old.fee_percentage, mine.link.fee_percentage) == (Decimal("10.00"), partner.fee_percentage)


def test_a_move_that_the_client_declines_leaves_all_as_it_was(
    rivals: LinkConflict, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    decide(offer_move, rivals)

    answer(LinkRequest.objects.get(), decline_link, is_unknown=False)

    assert onboard(partner) == LinkedElsewhere("tenant-1")
    assert find_onboarded(partner=rival, external_tenant_id="theirs", at=NOW) is not None
    assert LinkConflict.objects.open().count() == 1


def test_there_is_nothing_to_move_once_the_client_has_left(rivals: LinkConflict) -> None:
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now())

    assert decide(offer_move, rivals) == NothingToMove()
    assert not LinkRequest.objects.exists()


def test_the_client_that_support_chooses_is_asked(ambiguous: LinkConflict, partner: ReferralPartner) -> None:
    second = Client.objects.get(name="Second")

    decide(choose_client, ambiguous, client=second)
    outcome = onboard(partner)

    assert isinstance(outcome, NeedsApproval)
    assert outcome.request.client == second
    assert LinkConflict.objects.get().status == ConflictStatus.CLIENT_CHOSEN


def test_a_client_that_does_not_match_cannot_be_chosen(ambiguous: LinkConflict) -> None:
    outcome = decide(choose_client, ambiguous, client=make_client())

    assert outcome == NotAmongTheMatches()
    assert LinkConflict.objects.open().exists()
    assert not LinkRequest.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_client_that_the_partner_got_meanwhile_is_not_moved_to_it(
    rivals: LinkConflict, partner: ReferralPartner
) -> None:
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now())
    make_link(partner=partner, client=rivals.client, tenant_id="tenant-2")

    assert decide(offer_move, rivals) == NothingToMove()
    assert LinkConflict.objects.open().exists()


def test_nobody_is_asked_under_an_id_that_stands_for_another_client_by_now(
    rivals: LinkConflict, partner: ReferralPartner
) -> None:
    onboard_another(partner)

    assert decide(offer_move, rivals) == IdTaken()
    assert not LinkRequest.objects.exists()
    assert LinkConflict.objects.open().exists()


def test_nobody_is_chosen_under_an_id_that_stands_for_another_client_by_now(
    ambiguous: LinkConflict, partner: ReferralPartner
) -> None:
    onboard_another(partner)

    assert decide(choose_client, ambiguous, client=Client.objects.get(name="First")) == IdTaken()
    assert not LinkRequest.objects.exists()


def test_while_a_move_is_offered_the_id_stands_for_it(rivals: LinkConflict, partner: ReferralPartner) -> None:
    decide(offer_move, rivals)

    outcome = onboard_another(partner)

    assert isinstance(outcome, NeedsApproval)
    assert not partner.links.exists()


def test_an_offer_supersedes_what_waits_for_the_client_or_under_the_id(
    rivals: LinkConflict, partner: ReferralPartner
) -> None:
    to_client = make_request(partner=partner, client=rivals.client, tenant_id="tenant-2")
    under_id = make_request(partner=partner, client=make_client(), tenant_id="tenant-1")

    decide(offer_move, rivals)

    assert set(LinkRequest.objects.filter(status="Superseded")) == {to_client, under_id}
    assert LinkRequest.objects.pending().get().replaces == rivals.existing_link


def test_whoever_is_slower_is_told_even_when_the_client_has_approved_already(rivals: LinkConflict) -> None:
    decide(offer_move, rivals)
    answer(LinkRequest.objects.get(), approve_link)

    assert isinstance(decide(offer_move, rivals), DecidedBefore)


def test_an_offer_is_the_clients_to_answer_and_not_reopened(rivals: LinkConflict) -> None:
    decide(offer_move, rivals)

    outcome = reopen(conflict=rivals, by=make_staff("Support"), why="New facts")

    assert isinstance(outcome, DecidedBefore)
    assert LinkConflict.objects.get().status == ConflictStatus.MOVE_OFFERED


def test_a_chosen_client_of_another_partner_moves(
    ambiguous: LinkConflict, partner: ReferralPartner, rival: ReferralPartner
) -> None:
    second = Client.objects.get(name="Second")
    old = make_link(partner=rival, client=second, tenant_id="theirs")

    decide(choose_client, ambiguous, client=second)

    assert LinkRequest.objects.get().replaces == old


def test_a_decision_has_a_reason(rivals: LinkConflict) -> None:
    with pytest.raises(ValueError, match="reason"):
        keep(conflict=rivals, by=make_staff("Support"), why=" ", at=timezone.now())


def test_a_decision_is_in_the_log_with_who_and_why(rivals: LinkConflict) -> None:
    decide(keep, rivals)

    entry = LogEntry.objects.get()
    assert entry.user == LinkConflict.objects.get().decided_by
    assert "They called" in entry.change_message


def test_a_partner_that_is_not_known_may_ask_again_once_lifted(partner: ReferralPartner) -> None:
    request = make_request(
        partner=partner,
        client=make_client(admin="jane@acme.test"),
        status="Declined",
        decided_by_user_id=1,
        is_unknown_to_client=True,
    )
    by, at = make_staff("Support"), timezone.now()
    facts: dict[str, Any] = {"link_request": request, "by": by, "why": "A mistake", "at": at}

    assert [lift(**facts), lift(**facts)] == [True, False]
    assert isinstance(onboard(partner), NeedsApproval)


def test_what_a_client_said_twice_is_lifted_at_once(rivals: LinkConflict, partner: ReferralPartner) -> None:
    first = make_request(
        partner=partner, client=rivals.client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True
    )
    decide(offer_move, rivals)
    answer(LinkRequest.objects.pending().get(), decline_link, is_unknown=True)
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now())
    assert onboard(partner) == Disowned("tenant-1")

    lift(link_request=first, by=make_staff("Support"), why="A mistake", at=timezone.now())

    assert isinstance(onboard(partner), NeedsApproval)


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
