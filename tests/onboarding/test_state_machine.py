"""Whatever partners, clients, support and time do, in whatever order: a few things always hold."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.test import Client as Http
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from rest_framework.test import APIClient

from clients.models import (
    Agreement,
    Client,
    EmailAddress,
    LinkConflict,
    LinkRequest,
    ReferralPartnerClientLink,
    Signature,
    User,
)
from edge.mailbox import normal_address
from onboarding.models import Purpose
from onboarding.proof.browser import COOKIE, name_browser
from onboarding.support.resolve_conflict import lift
from tests.conftest import caller
from tests.make import (
    make_client,
    make_conflict,
    make_first_agreement,
    make_link,
    make_partner,
    make_proof,
    make_request,
    make_staff,
    registration_body,
)
from tests.onboarding.visitor import Visitor
from tests.staff.conftest import sign_in

ADDRESSES = st.sampled_from(["a@acme.test", "B@acme.test", "c@acme.test", "d@acme.test"])
TENANTS = st.sampled_from(["tenant-1", "tenant-2", "tenant-3"])
ANY = st.integers(0, 10)
DECIDED = {"approve": "Approved", "decline": "Declined", "unknown": "Declined"}


def named(http: Http, name: str) -> Http:
    """A browser that has this name already."""
    response = HttpResponse()
    name_browser(response, name)
    http.cookies[COOKIE] = response.cookies[COOKIE].value
    return http


class Programme(RuleBasedStateMachine):
    """Two partners, a few addresses, one support agent; a client to sign, one to decide, one that disowned."""

    done: ClassVar = Counter[str]()  # how often each step did what it is for

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        if Agreement.objects.current() is None:
            make_first_agreement()
        self.partners = [make_partner(), make_partner()]
        self.apis = [caller(partner) for partner in self.partners]
        self.support = make_staff("Support")
        self.admin = Http()
        sign_in(self.admin, self.support)
        one, other = self.partners
        link = make_link(partner=one, client=make_client(admin="a@acme.test"), tenant_id="tenant-1")
        make_conflict(partner=other, link=link)
        make_request(partner=other, client=make_client(admin="B@acme.test"), tenant_id="tenant-2")
        unknown = {"status": "Declined", "decided_by_user_id": 1, "is_unknown_to_client": True}
        make_request(partner=one, client=make_client(admin="c@acme.test"), tenant_id="tenant-3", **unknown)
        self.fees: dict[UUID, Decimal] = {}
        self.browsers = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def some(self, rows: Any, number: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[number % len(found)]

    def browser(self) -> str:
        self.browsers += 1
        return f"browser-{self.browsers}"

    @rule(which=st.integers(0, 1), tenant=TENANTS, admin=ADDRESSES, support=ADDRESSES)
    def post(self, which: int, tenant: str, admin: str, support: str) -> None:
        """A partner calls; what it is answered fits what there is."""
        body = registration_body(tenant, supportEmail=support, users=[{"name": "Jane Doe", "email": admin}])

        answer = self.apis[which].post("/clients", body)

        own = ReferralPartnerClientLink.objects.active().of(self.partners[which], tenant).exists()
        assert answer.status_code in (201, 202, 409)
        assert own == (answer.status_code != 409)

    @precondition(lambda self: LinkRequest.objects.pending().exists())
    @rule(number=ANY, decision=st.sampled_from(["approve", "decline", "unknown"]))
    def decide(self, number: int, decision: str) -> None:
        """An admin of the client decides on its page; an overdue request stays undecided."""
        request = self.some(LinkRequest.objects.pending(), number)
        name = self.browser()
        make_proof(request, browser=name, purpose=Purpose.APPROVAL)
        was_open = LinkRequest.objects.filter(pk=request.pk).open().exists()

        http = named(Http(), name)
        answer = http.post(f"/LinkApproval/{request.pk}/decide", {"decision": decision}, follow=True)

        request.refresh_from_db()
        assert answer.status_code == 200
        assert (request.status == DECIDED[decision]) if was_open else request.status in ("Expired", "Superseded")
        self.done["decide"] += was_open

    @precondition(lambda self: LinkRequest.objects.open().exists())
    @rule()
    def expire(self) -> None:
        """A month goes by for what is pending; the trigger that keeps deadlines is off for that moment."""
        month = timedelta(days=31)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            LinkRequest.objects.pending().update(created_at=F("created_at") - month, expires_at=F("expires_at") - month)
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert not LinkRequest.objects.open().exists()
        self.done["expire"] += 1

    @precondition(lambda self: LinkRequest.objects.disowned().exists())
    @rule(number=ANY)
    def lift(self, number: int) -> None:
        """Support lets a partner ask again."""
        request = self.some(LinkRequest.objects.disowned(), number)

        lifted = lift(link_request=request, by=self.support, why="A mistake", at=timezone.now())

        assert lifted
        assert not LinkRequest.objects.disowned().filter(partner=request.partner, client=request.client).exists()
        self.done["lift"] += 1

    @precondition(lambda self: LinkConflict.objects.exists())
    @rule(number=ANY, decision=st.sampled_from(["keep", "move", "refuse", "reopen", "choose"]))
    def resolve(self, number: int, decision: str) -> None:
        """Support decides a conflict in the admin, or tries to where that is not among the choices."""
        conflict = self.some(LinkConflict.objects.all(), number)
        match = conflict.matches.first()
        wanted = f"choose:{match.client_id}" if decision == "choose" and match else decision

        answer = self.admin.post(
            f"/admin/clients/linkconflict/{conflict.pk}/change/", {"decision": wanted, "why": "So it is"}, follow=True
        )

        assert answer.status_code == 200
        self.done["resolve"] += conflict.status != LinkConflict.objects.get(pk=conflict.pk).status

    @precondition(lambda self: _unsigned().exists())
    @rule(number=ANY)
    def sign(self, number: int) -> None:
        """An admin of a linked client that has not signed goes through the pages and signs."""
        link = self.some(_unsigned(), number)
        name = self.browser()
        make_proof(link, browser=name)
        visitor = Visitor(link)
        named(visitor.http, name)

        visitor.confirm_company()
        visitor.confirm_people()
        visitor.sign()

        assert _has_signed(link.client)
        self.done["sign"] += 1

    @rule(which=st.integers(0, 1), fee=st.integers(0, 100))
    def change_fee(self, which: int, fee: int) -> None:
        """A partner manager changes a partner's fee."""
        self.partners[which].fee_percentage = Decimal(fee)
        self.partners[which].save(update_fields=["fee_percentage"])

    @invariant()
    def a_client_has_at_most_one_active_link(self) -> None:
        active = Counter(ReferralPartnerClientLink.objects.active().values_list("client", flat=True))
        assert max(active.values(), default=0) <= 1

    @invariant()
    def a_fee_never_changes(self) -> None:
        fees = dict(ReferralPartnerClientLink.objects.values_list("pk", "fee_percentage"))
        assert {link: fees[link] for link in self.fees} == self.fees
        self.fees = fees

    @invariant()
    def an_address_is_never_in_two_clients(self) -> None:
        held = {(normal_address(user.email), user.client_id) for user in User.objects.all()}
        held |= {(normal_address(client.support_email), client.pk) for client in Client.objects.all()}
        assert max(Counter(address for address, _ in held).values(), default=0) <= 1
        assert held == set(EmailAddress.objects.values_list("address", "client"))

    @invariant()
    def at_most_one_request_is_pending_of_a_partner_for_a_client(self) -> None:
        pending = Counter(LinkRequest.objects.pending().values_list("partner", "client"))
        assert max(pending.values(), default=0) <= 1

    @invariant()
    def a_conflict_is_never_with_oneself(self) -> None:
        assert not LinkConflict.objects.filter(existing_link__partner=F("partner")).exists()

    @rule()
    def read(self) -> None:
        """Each partner reads its clients; what it is told is what the facts say."""
        links = ReferralPartnerClientLink.objects.active().select_related("client", "partner")
        told = {link: self._api_of(link).get(f"/clients/{link.external_tenant_id}").json() for link in links}

        assert {link: answer["onboardingDone"] for link, answer in told.items()} == {
            link: _has_signed(link.client) for link in links
        }
        assert {link: Decimal(str(answer["referralFeePercentage"])) for link, answer in told.items()} == {
            link: link.fee_percentage for link in links
        }

    def _api_of(self, link: ReferralPartnerClientLink) -> APIClient:
        return self.apis[self.partners.index(link.partner)]


def _unsigned() -> QuerySet[ReferralPartnerClientLink]:
    return ReferralPartnerClientLink.objects.active().filter(client__signatures=None)


def _has_signed(client: Client) -> bool:
    standing = Signature.objects.filter(client=client, company_name=client.name, invalidated_at=None)
    return standing.filter(agreement=Agreement.objects.current()).exists()


HEALTH = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
STEPS = {"decide", "expire", "lift", "resolve", "sign"}


def test_a_few_things_always_hold(db: None) -> None:
    """The same runs each time: in so few, a step that happens to be left out would be nobody's fault."""
    few = settings(
        max_examples=6, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=HEALTH
    )
    Programme.done.clear()

    run_state_machine_as_test(Programme, settings=few)

    assert {step for step in STEPS if not Programme.done[step]} == set()


@pytest.mark.slow
def test_a_few_things_hold_however_long_it_goes_on(db: None) -> None:
    many = settings(max_examples=120, stateful_step_count=30, deadline=None, suppress_health_check=HEALTH)
    Programme.done.clear()

    run_state_machine_as_test(Programme, settings=many)

    assert {step for step in STEPS if Programme.done[step] < 10} == set()
