"""Another address for an admin: the client is told, and once it has signed a second colleague looks at it first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Agreement, Client, EmailAddress, User
from clients.models.client import Role
from onboarding.models import Correction, CorrectionStatus, EmailCode
from onboarding.support.correct_users import (
    AddressOfAnother,
    ClientIsGone,
    Corrected,
    DecidedBefore,
    NotByTheSame,
    Refused,
    UserIsGone,
    WaitsForColleague,
    add_admin,
    confirm_correction,
    correct_address,
    refuse_correction,
)
from onboarding.tasks import tell_of_correction
from staff.models import Staff
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_proof, make_signature, make_staff, make_user
from tests.race import at_once
from tests.staff.conftest import colleague

__all__ = ["colleague"]

WHY = "She called back from the number in the register"


@pytest.fixture
def signed(agreement: Agreement) -> Client:
    client = make_client(admin="jane@acme.test", colleagues=("ib@acme.test",), support_email="office@acme.test")
    make_signature(make_link(client=client))
    return client


@pytest.fixture
def sam(db: None) -> Staff:
    return make_staff("Support", name="Sam Staff")


@pytest.fixture
def ann(db: None) -> Staff:
    return make_staff("Support", name="Ann Colleague")


def jane(client: Client) -> User:
    return client.users.get(role=Role.CREDITOR_ADMIN)


def correct(client: Client, by: Staff, email: str = "jane@new.test") -> Any:
    return correct_address(client=client, user=jane(client), new_email=email, by=by, why=WHY)


def add(client: Client, by: Staff, email: str = "jane@new.test") -> Any:
    return add_admin(client=client, name="Jane Two", email=email, by=by, why=WHY)


BOTH = pytest.mark.parametrize("propose", [correct, add])


def waiting(outcome: object) -> Correction:
    assert isinstance(outcome, WaitsForColleague)
    return outcome.correction


@BOTH
def test_once_a_client_has_signed_nothing_changes_before_it_is_confirmed(
    signed: Client, sam: Staff, propose: Callable[..., Any]
) -> None:
    proof = make_proof(signed.links.get(), browser="mine")

    correction = waiting(propose(signed, sam))

    assert not signed.users.filter(email="jane@new.test").exists()
    assert not EmailAddress.objects.filter(pk="jane@new.test").exists()
    assert EmailCode.objects.proofs().get() == proof
    assert correction.status == CorrectionStatus.WAITING
    assert deliver_mail() == []


@BOTH
def test_a_second_colleague_confirms_it(signed: Client, sam: Staff, ann: Staff, propose: Callable[..., Any]) -> None:
    correction = waiting(propose(signed, sam))

    outcome = confirm_correction(correction=correction, by=ann, why="Checked the register")

    assert outcome == Corrected(signed.users.get(email="jane@new.test", role=Role.CREDITOR_ADMIN))
    correction.refresh_from_db()
    assert (correction.status, correction.decided_by, correction.took_two) == (CorrectionStatus.DONE, ann, True)


def test_not_by_the_same(signed: Client, sam: Staff) -> None:
    correction = waiting(correct(signed, sam))

    assert confirm_correction(correction=correction, by=sam, why="I am sure") == NotByTheSame()
    assert jane(signed).email == "jane@acme.test"


def test_not_even_past_the_code(signed: Client, sam: Staff) -> None:
    correction = waiting(correct(signed, sam))
    changes: dict[str, Any] = {"status": "Done", "decided_by": sam, "decided_at": timezone.now(), "took_two": True}

    with pytest.raises(IntegrityError, match="is_confirmed_by_another"), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(**changes)


@pytest.mark.parametrize("by", ["sam", "ann"], ids=["taken back", "refused"])
def test_refused_nothing_changes_and_nothing_of_it_is_kept(
    signed: Client, sam: Staff, request: pytest.FixtureRequest, by: str
) -> None:
    correction = waiting(correct(signed, sam))

    assert refuse_correction(correction=correction, by=request.getfixturevalue(by), why="Not her") == Refused()

    correction.refresh_from_db()
    assert (correction.name, correction.email, correction.held) == ("", "", "")
    assert jane(signed).email == "jane@acme.test"


@pytest.mark.parametrize("again", [confirm_correction, refuse_correction])
def test_what_is_decided_is_not_decided_again(
    signed: Client, sam: Staff, ann: Staff, again: Callable[..., object]
) -> None:
    correction = waiting(correct(signed, sam))
    refuse_correction(correction=correction, by=ann, why="Not her")

    outcome = again(correction=correction, by=ann, why="Or is it")

    assert outcome == DecidedBefore(correction)
    assert jane(signed).email == "jane@acme.test"


def test_the_same_proposal_twice_waits_once(signed: Client, sam: Staff, ann: Staff) -> None:
    assert waiting(correct(signed, sam)) == waiting(correct(signed, ann))


def test_what_cannot_be_done_any_more_is_said(signed: Client, sam: Staff, ann: Staff) -> None:
    new, added = waiting(correct(signed, sam)), waiting(add(signed, sam, "two@new.test"))
    confirm = partial(confirm_correction, by=ann, why="Checked")
    make_client(admin="jane@new.test")

    taken = confirm(correction=new)
    jane(signed).delete()
    gone = confirm(correction=new)
    Client.objects.filter(pk=signed.pk).update(withdrawn_at=timezone.now())

    assert [taken, gone, confirm(correction=added)] == [AddressOfAnother(), UserIsGone(), ClientIsGone()]


def test_of_two_colleagues_at_once_one_confirms_it(transactional_db: None) -> None:
    client = make_client(admin="jane@acme.test")
    sam, one, other = (make_staff() for _ in range(3))
    correction = Correction.objects.create(
        client=client, user=jane(client), email="j@new.test", why=WHY, proposed_by=sam
    )

    outcomes = at_once(*[partial(confirm_correction, correction=correction, by=by, why="Yes") for by in (one, other)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Corrected", "DecidedBefore"]


def test_before_the_signature_one_colleague_is_enough(sam: Staff) -> None:
    assert isinstance(correct(make_client(), sam), Corrected)


def test_a_colleague_who_may_not_sign_takes_one(signed: Client, sam: Staff) -> None:
    ib = signed.users.get(email="ib@acme.test")

    assert isinstance(correct_address(client=signed, user=ib, new_email="ib@new.test", by=sam, why=WHY), Corrected)


def test_where_there_is_one_colleague_only_it_can_be_switched_off(signed: Client, sam: Staff, settings: Any) -> None:
    settings.CORRECTIONS_TAKE_TWO = False

    assert isinstance(correct(signed, sam), Corrected)


@BOTH
def test_the_other_addresses_are_told_that_of_before_too(
    signed: Client, sam: Staff, ann: Staff, propose: Callable[..., Any]
) -> None:
    told = ["ib@acme.test", "jane@acme.test", "office@acme.test"]
    confirm_correction(correction=waiting(propose(signed, sam)), by=ann, why="Checked")

    mails = deliver_mail()

    assert [mail.to for mail in mails] == [[address] for address in told]
    assert {mail.subject for mail in mails} == {f"Who may sign for {signed.name} at Debitura has changed"}
    assert "jane@new.test" not in "".join(str(mail.body) for mail in mails)


def test_before_the_signature_they_are_told_as_well(sam: Staff) -> None:
    client = make_client(admin="jane@acme.test", support_email="jane@acme.test")
    correct(client, sam)

    assert [mail.to for mail in deliver_mail()] == [["jane@acme.test"]]


def test_nothing_of_it_is_kept_once_they_are_told(signed: Client, sam: Staff, ann: Staff) -> None:
    correction = waiting(correct(signed, sam))
    confirm_correction(correction=correction, by=ann, why="Checked")

    deliver_mail()
    tell_of_correction(correction_id=correction.pk)

    correction.refresh_from_db()
    assert (correction.email, correction.held) == ("", "")
    assert len(deliver_mail()) == 3


def decide(browser: Browser, correction: Correction, choice: str) -> str:
    path = f"/admin/clients/client/{correction.client_id}/corrections/{correction.pk}/"
    return browser.post(path, {"choice": choice, "why": WHY}, follow=True).content.decode()


def test_it_is_proposed_and_confirmed_on_the_pages(signed: Client, colleague: Callable[[str], Browser]) -> None:
    one, other = colleague("Support"), colleague("Support")
    page = f"/admin/clients/client/{signed.pk}/users/{jane(signed).pk}/address/"

    proposed = one.post(page, {"email": "jane@new.test", "why": WHY}, follow=True).content.decode()
    correction = Correction.objects.get()
    shown = other.get(f"/admin/onboarding/correction/{correction.pk}/change/").content.decode()
    own = decide(one, correction, "confirm")
    done = decide(other, correction, "confirm")

    assert "It waits for a second colleague" in proposed
    assert f"/admin/clients/client/{signed.pk}/corrections/{correction.pk}/" in shown
    assert "That cannot be chosen any more." in own
    assert "Codes go to the new address from now on." in done
    assert jane(signed).email == "jane@new.test"


def test_a_slower_colleague_is_told(signed: Client, colleague: Callable[[str], Browser]) -> None:
    sam = make_staff(name="Sam Staff")
    correction = waiting(correct(signed, sam))
    one, other = colleague("Support"), colleague("Support")

    assert "It is refused, and nothing has changed." in decide(one, correction, "refuse")
    assert "decided it already (refused)" in decide(other, correction, "confirm")


def test_support_lets_go_of_an_address_on_the_page(colleague: Callable[[str], Browser]) -> None:
    client = make_client(admin="jane@acme.test", support_email="office@acme.test")
    page, support = f"/admin/clients/client/{client.pk}/release-address/", colleague("Support")

    shown = support.get(page).content.decode()
    done = support.post(page, {"choice": "office@acme.test", "why": WHY}, follow=True).content.decode()
    again = support.post(page, {"choice": "office@acme.test", "why": WHY}).content.decode()

    assert "office@acme.test, entered by a partner on" in shown
    assert "The address is let go" in done
    assert "another client&#x27;s, or let go" in done
    assert "That cannot be chosen any more." in again


def test_clients_are_found_whose_address_is_anothers(colleague: Callable[[str], Browser]) -> None:
    lost = make_client(name="Lost A/S", admin="jane@acme.test")
    EmailAddress.objects.release(["jane@acme.test"])
    make_client(name="Kept A/S")
    make_user(lost, email="ib@acme.test")

    page = colleague("Support").get("/admin/clients/client/?addresses=lost").content.decode()

    assert "Lost A/S" in page
    assert "Kept A/S" not in page
