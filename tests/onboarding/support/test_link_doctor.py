"""The link doctor finds a client by whatever support has at hand, and says how things stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Agreement, Client, LinkConflict, LinkRequest, ReferralPartnerClientLink
from edge.clock import for_people
from onboarding.models import EmailCode, Purpose
from onboarding.proof.email_codes import request_code
from onboarding.support.link_doctor import NEWEST, diagnose, find_clients
from onboarding.support.resolve_conflict import keep
from partners.models import ReferralPartner
from tests.jobs import make_worker
from tests.make import (
    make_agreement,
    make_client,
    make_conflict,
    make_link,
    make_partner,
    make_request,
    make_signature,
    make_staff,
)
from tests.onboarding.registration import onboard


@pytest.fixture
def link(agreement: Agreement, partner: ReferralPartner) -> ReferralPartnerClientLink:
    make_client(name="Somebody Else", admin="else@else.test")
    client = make_client(name="Acme Holding A/S", admin="Jane@Acme.test", support_email="office@acme.test")
    return make_link(partner=partner, client=client, tenant_id="Tenant/4711".replace("/", "-"))


def says(client: Client, typed: str = "") -> str:
    return "\n".join(
        f"{part.what}: {part.says} {part.url}" for part in diagnose(client, typed, at=timezone.now()).parts
    )


@pytest.mark.parametrize(
    "typed",
    [
        "https://onboarding.debitura.test/companydetails/{link}",
        "  <https://onboarding.debitura.test/ContractUpgrade/Sign/{link}?returnUrl=x> ",
        "{LINK}",
        '"{link}"',
        "/LinkApproval/{request}",
        "{client}",
        "/companydetails/x/documents/{signature}",
        "Tenant-4711",
        "JANE@acme.test",
        " office@acme.test ",
        "acme hold",
        "“Acme   Holding A/S”",
        "Jane Doe <jane@acme.test>, ",
        "mailto:jane@acme.test?subject=x",
        "acme  hólding",
        "https://api.debitura.test/clients/Tenant%2D4711?x=y",
    ],
)
def test_anything_at_hand_finds_the_client(link: ReferralPartnerClientLink, typed: str) -> None:
    ids = {"link": link.pk, "LINK": str(link.pk).upper(), "client": link.client_id}
    request = make_request(client=link.client, tenant_id="t-2")

    found = find_clients(typed.format(**ids, request=request.pk, signature=make_signature(link).pk))

    assert found == [link.client]


@pytest.mark.parametrize("typed", ["", "  ", "nobody@nowhere.test", "tenant-4711", "zzz", "<>", str(UUID(int=7))])
def test_what_fits_nobody_finds_nobody(link: ReferralPartnerClientLink, typed: str) -> None:
    assert find_clients(typed) == []


@pytest.mark.parametrize("tenant_id", ["ops@ledgerly.test", str(UUID(int=4711)), " two  blanks ", "<x>"])
def test_a_tenant_id_may_look_like_anything(partner: ReferralPartner, tenant_id: str) -> None:
    link = make_link(partner=partner, tenant_id=tenant_id)

    assert find_clients(tenant_id) == [link.client]


def test_a_tenant_id_that_only_a_conflict_knows_finds_the_client(
    link: ReferralPartnerClientLink, rival: ReferralPartner
) -> None:
    onboard(rival, "theirs")

    assert find_clients("theirs") == [link.client]


def test_an_ambiguous_tenant_id_finds_all_that_match(agreement: Agreement, rival: ReferralPartner) -> None:
    clients = [make_client(name="A", admin="jane@acme.test"), make_client(name="B", support_email="office@acme.test")]
    onboard(rival, "theirs")

    assert find_clients("theirs") == clients


def test_a_new_client_waits_for_its_details(link: ReferralPartnerClientLink) -> None:
    said = says(link.client)

    assert "never signed. It waits for the client to confirm its company's details; the partner gets 202." in said
    assert f"https://onboarding.debitura.test/companydetails/{link.pk}" in said


def test_a_client_that_has_signed_is_ready(link: ReferralPartnerClientLink) -> None:
    make_signature(link)

    said = says(link.client)

    assert "Ready: the signature is current since" in said
    assert "and the partner gets 201." in said


def test_after_a_new_version_it_is_what_must_be_signed(link: ReferralPartnerClientLink) -> None:
    make_signature(link)
    make_agreement(number=2, published_at=timezone.now())

    said = says(link.client)

    assert "The client must sign again since" in said
    assert "UTC: a later version of the agreement is required. It waits for the client to read and sign" in said


def test_what_is_announced_is_said_while_all_is_ready(link: ReferralPartnerClientLink) -> None:
    make_signature(link)
    deadline = timezone.now() + timedelta(days=30)
    make_agreement(number=2, published_at=timezone.now(), required_from=deadline)

    said = says(link.client)

    assert f"and the partner gets 201. A later version must be signed by {for_people(deadline)}." in said
    assert f"/ContractUpgrade/Sign/{link.pk}" in said


def test_a_changed_name_is_why_it_must_sign_again(link: ReferralPartnerClientLink) -> None:
    make_signature(link, company_name="Acme ApS")

    said = says(link.client)

    assert "UTC: its company has another name now than the one that it signed under." in said
    assert "Signed by Jane Ann Doe for Acme ApS." in said


def test_legal_is_why_it_must_sign_again(link: ReferralPartnerClientLink) -> None:
    lea = make_staff("Legal", name="Lea Legal")
    make_signature(link, invalidated_at=timezone.now(), invalidated_by=lea, invalidated_why="Not authorised")

    said = says(link.client)

    assert "UTC: Legal has invalidated its signature." in said
    assert "Invalidated by Lea Legal on" in said


def test_an_archived_link_says_what_the_partner_gets(link: ReferralPartnerClientLink) -> None:
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now() + timedelta(seconds=1))

    assert "the partner gets 404" in says(link.client)


def test_an_open_request_says_until_when_and_where(link: ReferralPartnerClientLink) -> None:
    request = make_request(client=link.client, tenant_id="t-2")

    said = says(link.client)

    assert "It waits for an admin of the client to approve or decline, until" in said
    assert f"https://onboarding.debitura.test/LinkApproval/{request.pk}" in said


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"status": "Approved", "decided_by_user_id": 1}, "Approved by a user who is gone since on"),
        ({"status": "Declined", "decided_by_user_id": 1}, "Declined by a user who is gone since on"),
        ({"status": "Superseded"}, "Another outcome overtook it on"),
        ({"status": "Declined", "decided_by_user_id": 1, "is_unknown_to_client": True}, "which support can lift"),
    ],
)
def test_a_closed_request_says_what_became_of_it(
    link: ReferralPartnerClientLink, facts: dict[str, Any], sentence: str
) -> None:
    make_request(client=link.client, tenant_id="t-2", **facts)

    assert sentence in says(link.client)


def test_an_overdue_request_has_expired_before_the_worker_says_so(link: ReferralPartnerClientLink) -> None:
    now = timezone.now()
    make_request(
        client=link.client, tenant_id="t-2", created_at=now - timedelta(days=7), expires_at=now - timedelta(seconds=1)
    )

    assert "It expired on" in says(link.client)
    assert LinkRequest.objects.pending().exists()


def test_mails_and_conflicts_are_told(link: ReferralPartnerClientLink, rival: ReferralPartner) -> None:
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    onboard(rival, "theirs")

    said = says(link.client)

    assert "Code to Jane Ann Doe: The mail: waits for the worker. The code: not used, good until" in said
    assert "Bookwise GmbH asked under theirs: Open: it waits for support. Linked to another partner." in said


def test_what_a_user_decided_is_told_by_name(link: ReferralPartnerClientLink) -> None:
    jane = link.client.users.get()
    make_request(client=link.client, tenant_id="t-2", status="Approved", decided_by_user_id=jane.pk)

    assert "Approved by Jane Ann Doe on" in says(link.client)


def test_what_support_decided_is_told_with_who_and_why(link: ReferralPartnerClientLink, rival: ReferralPartner) -> None:
    onboard(rival, "theirs")
    keep(conflict=LinkConflict.objects.get(), by=make_staff(name="Sam Staff"), why="They said no", at=timezone.now())

    diagnosis = diagnose(link.client, "", at=timezone.now())

    [kept] = diagnosis.history
    assert (kept.who, kept.what, kept.why) == ("Sam Staff", "Kept the client with its partner", "They said no")
    assert kept.about == f"conflict {LinkConflict.objects.get().pk}"
    assert "Kept with its partner, by Sam Staff on" in says(link.client)


def test_an_address_that_is_no_admins_was_mailed_nothing(link: ReferralPartnerClientLink) -> None:
    request = make_request(client=link.client, tenant_id="t-2")
    request_code(about=request, purpose=Purpose.APPROVAL, address="else@else.test", browser="mine")

    assert "Code for nobody: Nothing was mailed" in says(link.client)


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        ({"status": "todo", "attempts": 2}, "The mail: failed 2 times so far, and will be tried again."),
        ({"status": "doing"}, "The mail: is being sent."),
        (
            {"status": "doing", "worker": None},
            "The mail: was being sent when the worker went away; it is sent again, within two minutes of that.",
        ),
        ({"status": "failed"}, "The mail: FAILED, and is not tried again."),
    ],
)
def test_what_the_worker_made_of_a_mail_is_told(
    link: ReferralPartnerClientLink, job: dict[str, Any], sentence: str
) -> None:
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    set_jobs(**job)

    assert sentence in says(link.client)


def test_a_mail_is_sent_if_its_code_was_of_use_when_the_worker_came(link: ReferralPartnerClientLink) -> None:
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    set_jobs(status="doing")
    set_jobs(status="succeeded")

    assert "The mail: sent, " in says(link.client)


def test_a_mail_is_not_sent_if_its_code_had_lapsed(link: ReferralPartnerClientLink) -> None:
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="mine")
    EmailCode.objects.update(lapsed_at=timezone.now() - timedelta(minutes=1))
    set_jobs(status="doing")
    set_jobs(status="succeeded")

    assert "The mail: not sent, since the code was of no use any more" in says(link.client)


def test_a_client_without_an_admin_says_so(link: ReferralPartnerClientLink) -> None:
    link.client.users.update(role="CreditorUser")

    assert "It has no admin" in diagnose(link.client, "", at=timezone.now()).says[0]


def test_much_is_cut_to_the_newest(link: ReferralPartnerClientLink) -> None:
    for number in range(NEWEST + 1):
        a_conflict(link, number)

    said = says(link.client)

    assert f"asked under t-{NEWEST}:" in said
    assert "asked under t-0:" not in said


def test_what_was_pasted_is_marked(link: ReferralPartnerClientLink) -> None:
    make_request(client=link.client, tenant_id="t-2")

    parts = diagnose(link.client, f"/companydetails/{link.pk}", at=timezone.now()).parts

    assert [part.what.split()[0] for part in parts if part.is_meant] == ["Link"]


def test_much_costs_as_many_statements_as_little(link: ReferralPartnerClientLink) -> None:
    one_more_of_each(link, 0)
    says(link.client)  # content types are looked up once per process
    with CaptureQueriesContext(connection) as little:
        says(link.client)
    for number in range(1, 15):
        one_more_of_each(link, number)

    with CaptureQueriesContext(connection) as much:
        says(link.client)

    assert len(much) == len(little)


def one_more_of_each(link: ReferralPartnerClientLink, number: int) -> None:
    """An archived link, a signature, a request, a conflict that is kept, and a mail."""
    make_link(client=link.client, created_at=timezone.now(), archived_at=timezone.now() + timedelta(seconds=1))
    make_signature(link, company_name=f"Acme {number}")
    make_request(client=link.client, partner=make_partner(), tenant_id=f"t-{number}")
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser=f"browser-{number}")
    keep(conflict=a_conflict(link, number), by=make_staff(), why="They said no", at=timezone.now())


def a_conflict(link: ReferralPartnerClientLink, number: int) -> LinkConflict:
    """A conflict about the link; the higher the number, the newer."""
    at = timezone.now() + timedelta(minutes=number)
    return make_conflict(link=link, external_tenant_id=f"t-{number}", first_asked_at=at)


def set_jobs(*, status: str, attempts: int = 0, worker: str | None = "alive") -> None:
    """Put the mails that wait into this state, as the worker does; Procrastinate's models cannot be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status, attempts = %s, worker_id = %s",
            [status, attempts, make_worker() if worker == "alive" else None],
        )
