"""Support decides: what each decision does, and what the asking partner gets from then on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from clients.models import Agreement, Client, ConflictStatus, LinkConflict, LinkRequest, ReferralPartnerClientLink
from onboarding.approving.approve_link import Approved, approve_link, decline_link
from onboarding.models import Purpose
from onboarding.registering.onboard import find_onboarded
from onboarding.registering.outcomes import Ambiguous, AwaitingSignature, Disowned, LinkedElsewhere, NeedsApproval
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
from tests.make import make_client, make_link, make_proof, make_request, make_staff
from tests.onboarding.registration import NOW, onboard
from tests.onboarding.support.conflicts import ask_for_a_client_of, decide, onboard_another


@pytest.fixture
def rivals(agreement: Agreement, partner: ReferralPartner, rival: ReferralPartner) -> LinkConflict:
    """The partner asked for a client of the rival's."""
    return ask_for_a_client_of(rival, by=partner)


@pytest.fixture
def ambiguous(agreement: Agreement, partner: ReferralPartner) -> LinkConflict:
    """The partner's addresses belong to two clients."""
    make_client(admin="jane@acme.test", name="First")
    make_client(support_email="office@acme.test", name="Second")
    onboard(partner)
    return LinkConflict.objects.get()


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
