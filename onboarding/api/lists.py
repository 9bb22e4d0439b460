"""A partner's clients: filtered, counted, a page of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from pydantic import Field

from cases.case_stats import CaseStats, case_stats
from cases.models import Case
from clients.agreement_status import agreement_status
from clients.models import Client, ReferralPartnerClientLink, User
from clients.models.agreement_facts import agreement_facts
from clients.models.agreement_selections import is_current
from clients.models.client import Holds, KnownAs
from clients.models.link import LinkQuerySet
from edge.query import From, PageQuery, PageSize, QueryId, QueryText, QueryTruth, To, sort_by
from onboarding.registering.outcomes import Onboarded, onboarded_as
from partners.models import ReferralPartner


class ClientsQuery(PageQuery):
    """What can be asked of GET /clients."""

    page_size: PageSize = 50
    query: QueryText = Field(
        default="", description="Part of the company name, the office e-mail or the registration number."
    )
    external_tenant_id: QueryId = Field(default="", description="Exactly this one.")
    is_attributed_client: QueryTruth | None = Field(default=None, description="True: you created it.")
    date_created_from: From | None = None
    date_created_to: To | None = None
    onboarding_done: QueryTruth | None = Field(default=None, description="True: its signature is current.")
    sort: Annotated[str, *sort_by({"dateCreated": "created_at", "name": "name"})] = Field(
        default="-created_at", description="dateCreated:desc if left out."
    )


@dataclass(frozen=True)
class ClientCounts:
    """How many there are of a selection."""

    total: int
    attributed: int
    complete: int
    cases: int


@dataclass(frozen=True)
class ListedClient:
    """A client of a page, with all that its answer takes."""

    onboarded: Onboarded
    users: list[User]
    stats: CaseStats


@dataclass(frozen=True)
class ClientPage:
    """The clients of a page, and the counts of all that were asked for."""

    clients: list[ListedClient]
    counts: ClientCounts


def find_clients(*, partner: ReferralPartner, wanted: ClientsQuery, at: datetime) -> ClientPage:
    """A page of the clients that the partner has; seven statements, however long the list."""
    found = _filtered(partner, wanted, at)
    tie = "-pk" if wanted.sort.startswith("-") else "pk"
    links = list(found.order_by(wanted.sort, tie)[wanted.rows])
    return ClientPage(_listed(links, at), _count(partner, found))


def _filtered(partner: ReferralPartner, wanted: ClientsQuery, at: datetime) -> LinkQuerySet:
    """
    The links that are asked for, each with what of its client they are sorted, searched and counted by.

    Looked up link by link: joined, PostgreSQL would read the clients of all partners.
    """
    client = Client.objects.filter(pk=OuterRef("client"))
    links = ReferralPartnerClientLink.objects.active().filter(partner=partner)
    links = links.alias(is_ready=is_current(at=at, client="client"), name=Subquery(client.values("name")[:1]))
    conditions = {
        "external_tenant_id": wanted.external_tenant_id or None,
        "is_attributed": wanted.is_attributed_client,
        "created_at__gte": wanted.date_created_from,
        "created_at__lte": wanted.date_created_to,
        "is_ready": wanted.onboarding_done,
    }
    found = links.filter(**{name: value for name, value in conditions.items() if value is not None})
    return found.filter(Holds(KnownAs("client_id"), wanted.query)) if wanted.query else found


def _count(partner: ReferralPartner, found: LinkQuerySet) -> ClientCounts:
    counts = found.order_by().aggregate(
        total=Count("pk"),
        attributed=Count("pk", filter=Q(is_attributed=True)),
        complete=Count("pk", filter=Q(is_ready=True)),
    )
    cases = Case.objects.filter(partner=partner, link__in=found.order_by().values("pk"))
    return ClientCounts(**counts, cases=cases.count())


def _listed(links: list[ReferralPartnerClientLink], at: datetime) -> list[ListedClient]:
    clients = Client.objects.in_bulk([link.client_id for link in links])
    facts = agreement_facts(clients)
    users: dict[UUID, list[User]] = {client: [] for client in clients}
    for user in User.objects.filter(client__in=clients):
        users[user.client_id].append(user)
    stats = case_stats([link.pk for link in links])
    for link in links:
        link.client = clients[link.client_id]
    return [
        ListedClient(
            onboarded=onboarded_as(link, agreement_status(facts[link.client_id], at=at)),
            users=users[link.client_id],
            stats=stats.get(link.pk, CaseStats()),
        )
        for link in links
    ]
