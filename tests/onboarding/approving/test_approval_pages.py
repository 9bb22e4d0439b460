"""The pages on which a client decides about a partner: who learns and does what there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client as Http
from django.utils import timezone

from clients.models import Agreement, LinkRequest, ReferralPartnerClientLink, RequestStatus
from clients.models.client import Role
from onboarding.models import EmailCode
from partners.models import ReferralPartner
from tests.conftest import deliver_mail
from tests.make import make_client, make_link, make_partner, make_request, make_signature, make_staff, make_user
from tests.onboarding.translation import without_marks_for_translators
from tests.onboarding.visitor import ADMIN, Decider
from tests.rows import everything

BACK = "https://app.ledgerly.test/done"
DETAILS: dict[str, Any] = {"name": "Distinctive Company Name", "support_email": "distinct@acme.test"}


@pytest.fixture
def asked(agreement: Agreement, partner: ReferralPartner) -> LinkRequest:
    partner.return_hosts = ["app.ledgerly.test"]
    partner.save()
    client = make_client(admin=ADMIN, colleagues=("ib@acme.test",), **DETAILS)
    return make_request(partner=partner, client=client)


def has_text(response: Any, text: str) -> bool:
    return text in without_marks_for_translators(re.sub(r"\s+", " ", response.content.decode()))


def test_an_admin_approves_and_goes_on_to_sign(asked: LinkRequest) -> None:
    jane = Decider(asked)

    question = jane.prove()
    end = jane.decide("approve")

    link = ReferralPartnerClientLink.objects.get()
    assert has_text(question, "Do you want to work with Ledgerly?")
    assert has_text(question, "Distinctive Company Name")
    assert has_text(end, "You work with Ledgerly now")
    assert has_text(end, f"/companydetails/{link.pk}")


def test_a_client_that_has_signed_has_nothing_left_to_do(asked: LinkRequest) -> None:
    old = make_link(client=asked.client, tenant_id="old", archived_at=timezone.now() + timedelta(days=1))
    make_signature(old)
    jane = Decider(asked)
    jane.prove(return_url=BACK)

    end = jane.decide("approve")

    assert not has_text(end, "waiting for")
    assert has_text(end, f'href="{BACK}"')


@pytest.mark.parametrize(("decision", "is_unknown"), [("decline", False), ("unknown", True)])
def test_an_admin_declines(asked: LinkRequest, decision: str, is_unknown: bool) -> None:
    jane = Decider(asked)
    jane.prove()

    end = jane.decide(decision)

    asked.refresh_from_db()
    assert has_text(end, "You declined")
    assert has_text(end, "support has been told") is is_unknown
    assert (asked.status, asked.is_unknown_to_client) == (RequestStatus.DECLINED, is_unknown)


def test_a_move_says_who_goes_and_who_comes(asked: LinkRequest) -> None:
    rival = make_partner(short_name="Bookwise")
    old = make_link(partner=rival, client=asked.client, tenant_id="theirs")
    LinkRequest.objects.all().supersede()
    move = make_request(
        partner=asked.partner, client=asked.client, offered_by=make_staff("Support"), replaces=old, tenant_id="t-2"
    )
    jane = Decider(move)

    question = jane.prove()
    end = jane.decide("approve")

    old.refresh_from_db()
    assert has_text(question, "Move from Bookwise to Ledgerly?")
    assert has_text(end, "You work with Ledgerly now")
    assert old.archived_at is not None


def test_the_second_tab_is_told_what_the_first_did(asked: LinkRequest) -> None:
    jane = Decider(asked)
    jane.prove()
    jane.decide("decline")

    assert has_text(jane.decide("approve"), "You declined")
    assert not ReferralPartnerClientLink.objects.exists()


def test_an_unknown_button_decides_nothing(asked: LinkRequest) -> None:
    jane = Decider(asked)
    jane.prove()

    assert has_text(jane.decide("whatever"), "Do you want to work with Ledgerly?")


def test_an_expired_request_says_so_and_cannot_be_approved(agreement: Agreement, partner: ReferralPartner) -> None:
    now = timezone.now()
    expiring = make_request(partner=partner, client=make_client(admin=ADMIN), expires_at=now + timedelta(seconds=2))
    jane = Decider(expiring)
    jane.prove()
    LinkRequest.objects.all().update(status=RequestStatus.EXPIRED, decided_at=now)

    assert has_text(jane.decide("approve"), "This request has expired")
    assert has_text(Decider(expiring).http.get(f"/LinkApproval/{expiring.pk}"), "This request is no longer open")


@pytest.mark.parametrize("status", ["Approved", "Declined", "Expired", "Superseded"])
def test_a_visitor_without_a_proof_is_not_told_what_became_of_it(asked: LinkRequest, status: str) -> None:
    decided_by = {"Approved": 1, "Declined": 1}.get(status)
    done = make_request(partner=asked.partner, tenant_id="t-2", status=status, decided_by_user_id=decided_by)

    page = Http().get(f"/LinkApproval/{done.pk}")

    assert has_text(page, "It was answered, or it has expired.")


OTHERS = {
    "a creditor user": "ib@acme.test",
    "the support address": DETAILS["support_email"],
    "nobody": "nobody@nowhere.test",
    "an admin of another client": "joe@other.test",
}


@pytest.mark.parametrize("address", OTHERS.values(), ids=OTHERS)
def test_an_address_that_is_no_admins_is_answered_as_one_that_is(asked: LinkRequest, address: str) -> None:
    make_client(admin="joe@other.test")
    jane, other = Decider(asked), Decider(asked)

    answers = [_without_tokens(decider.ask(typed)) for decider, typed in ((jane, ADMIN), (other, address))]
    wrong = [_without_tokens(decider.http.post(decider.path, {"code": "WRONG234"})) for decider in (jane, other)]

    assert answers[0] == answers[1]
    assert wrong[0] == wrong[1]
    assert [message.to for message in deliver_mail()] == [[ADMIN]]


@pytest.mark.parametrize("address", OTHERS.values(), ids=OTHERS)
def test_the_code_that_is_never_mailed_opens_nothing(asked: LinkRequest, address: str) -> None:
    make_client(admin="joe@other.test")
    other = Decider(asked)
    other.ask(address)
    code = EmailCode.objects.get()

    page = other.http.post(other.path, {"code": code.text()}, follow=True)

    assert has_text(page, "That is not the code.")


def test_the_code_goes_to_the_address_as_we_hold_it(asked: LinkRequest) -> None:
    make_user(asked.client, email="Ann.Bell@ACME.test", role=Role.CREDITOR_ADMIN)

    Decider(asked).ask("ann.bell@acme.test")

    assert [message.to for message in deliver_mail()] == [["Ann.Bell@acme.test"]]
    assert len(mail.outbox) == 1


def test_what_was_typed_is_not_kept(asked: LinkRequest) -> None:
    Decider(asked).ask("nobody@nowhere.test")

    assert EmailCode.objects.get().address == ""


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete"])
def test_a_stranger_with_the_url_learns_and_changes_nothing(asked: LinkRequest, method: str) -> None:
    values = [*DETAILS.values(), ADMIN, "Jane Ann Doe", str(asked.client_id), asked.external_tenant_id]
    before = everything()

    answers = [
        getattr(Http(), method)(f"/LinkApproval/{asked.pk}{ending}", fields, follow=True)
        for ending, fields in (("", {"code": "WRONG234"}), ("/decide", {"decision": "approve"}))
    ]

    said = "".join(f"{answer.headers}{answer.content.decode()}" for answer in answers)
    assert [value for value in values if value in said] == []
    assert everything() == before


def test_the_page_is_the_same_whether_the_client_exists_for_the_visitor_or_not(asked: LinkRequest) -> None:
    other = make_request(partner=asked.partner, tenant_id="t-2")

    pages = [_without_tokens(Http().get(f"/LinkApproval/{each.pk}")) for each in (asked, other)]

    assert pages[0].replace(str(asked.pk), "") == pages[1].replace(str(other.pk), "")


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_three_times_changes_no_row(asked: LinkRequest, method: str) -> None:
    jane = Decider(asked)
    jane.prove()
    before = everything()

    answers = [getattr(jane.http, method)(path) for path in [jane.path, f"{jane.path}/decide"] * 3]

    assert everything() == before
    assert max(answer.status_code for answer in answers) <= 405


def test_an_unknown_request_is_not_found() -> None:
    assert Http().get("/LinkApproval/not-an-id").status_code == 404


def test_a_made_up_request_is_not_found(db: None) -> None:
    assert Http().get(f"/LinkApproval/{uuid4()}").status_code == 404


def _without_tokens(response: Any) -> str:
    return re.sub(r'value="\w{64}"', "", response.content.decode())


def test_who_is_done_leaves_nothing_for_the_next_at_the_same_computer(asked: LinkRequest) -> None:
    jane = Decider(asked)
    question = jane.prove()

    end = jane.http.post(f"{jane.path}/leave", follow=True)

    assert has_text(question, "I am done")
    assert has_text(end, "You are done here")
    assert not has_text(end, "Distinctive Company Name")
    assert has_text(jane.decide("approve"), "please type the e-mail address")
    assert not ReferralPartnerClientLink.objects.exists()
