"""Support decides: what each decision does, and what the asking partner gets from then on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.utils import timezone

from clients.models import Agreement, Client, ConflictStatus, LinkConflict, LinkRequest, ReferralPartnerClientLink
from onboarding import resolve_conflict as module
from onboarding.approve_link import Approved, approve_link, decline_link
from onboarding.models import Purpose
from onboarding.onboard import Ambiguous, AwaitingSignature, LinkedElsewhere, NeedsApproval, find_onboarded
from onboarding.resolve_conflict import (
    DecidedBefore,
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
from tests.onboarding.test_onboard import NOW, onboard
from tests.race import in_thread, wait_until_blocked
from tests.rows import everything


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


def answer(request: LinkRequest, act: Any, **facts: Any) -> Any:
    make_proof(request, browser="mine", purpose=Purpose.APPROVAL)
    return act(request=request, browser="mine", at=timezone.now(), **facts)


def test_a_repeat_counts_on_the_conflict_there_is(rivals: LinkConflict, partner: ReferralPartner) -> None:
    onboard(partner)
    onboard(partner, "tenant-2")

    rivals.refresh_from_db()
    assert rivals.times_asked == 3
    assert LinkConflict.objects.count() == 1


def test_a_repeat_adds_what_matches_now(ambiguous: LinkConflict, partner: ReferralPartner) -> None:
    make_client(admin="third@acme.test", name="Third")

    onboard(partner, support_email="third@acme.test")

    assert sorted(ambiguous.matches.values_list("client__name", flat=True)) == ["First", "Second", "Third"]
    assert LinkConflict.objects.get().times_asked == 2


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
    before = everything()

    outcome = module.choose_client(
        conflict=ambiguous, client=make_client(), by=make_staff("Support"), why="Guess", at=timezone.now()
    )

    assert outcome == NotAmongTheMatches()
    assert everything().keys() == before.keys()
    assert LinkConflict.objects.open().exists()


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
    facts: dict[str, Any] = {"request": request, "by": make_staff("Support"), "why": "A mistake", "at": timezone.now()}

    assert [lift(**facts), lift(**facts)] == [True, False]
    assert isinstance(onboard(partner), NeedsApproval)


# --- Two agents at once -----------------------------------------------------------------------------


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
            approve_link(request=request, browser="mine", at=timezone.now())
            before = in_thread(pool, partial(onboard, rival, "theirs")).result(timeout=10)
        after = onboard(rival, "theirs")

    assert isinstance(before, AwaitingSignature)
    assert after == LinkedElsewhere("theirs")


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
