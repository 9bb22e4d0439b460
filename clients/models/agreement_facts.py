"""What a client's agreement status is read from, and the same rule for many clients at once (product-rules 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from psycopg.sql import SQL

from clients.agreement_status import AgreementFacts, AgreementStatus, Reason, SignatureFacts, agreement_status
from clients.models.agreement import Agreement
from clients.models.client import Client
from clients.models.signature import Signature
from edge.rows import Statement, Together

# --- Of one client, or of those on a page: facts for agreement_status --------------------------------


class SignedRow(NamedTuple):
    """The version that is signed now, and a signature as in SignatureFacts, or nulls where there is none."""

    current_number: int | None
    number: int | None
    invalidated_at: datetime | None
    renamed_at: datetime | None
    outdated_from: datetime | None


# For a statement that has a `client`: a row for each signature, or one of nulls, read by `facts_in`.
FACTS = Together(
    SignedRow,
    """
    (SELECT max(number) FROM clients_agreement WHERE published_at IS NOT NULL),
    signed.number, signed.invalidated_at, signed.renamed_at, signed.outdated_from
    """,
)
SIGNED = SQL("""
    LEFT JOIN LATERAL (
        SELECT version.number, signature.invalidated_at,
               CASE WHEN signature.company_name <> client.name THEN greatest(signature.signed_at, (
                   SELECT max(history.pgh_created_at) FROM clients_clienthistory history
                    WHERE history.pgh_obj_id = client.id AND history.name = signature.company_name
               )) END AS renamed_at,
               (SELECT min(later.required_from) FROM clients_agreement later
                 WHERE later.published_at IS NOT NULL AND later.is_material AND later.number > version.number
               ) AS outdated_from
          FROM clients_signature signature JOIN clients_agreement version ON version.id = signature.agreement_id
         WHERE signature.client_id = client.id
    ) signed ON true
""")


class FactsRow(NamedTuple):
    """One of a client's signatures."""

    client_id: UUID
    facts: SignedRow


# One statement for versions, signatures and names; ACTIVE_LINK shares its pieces.
FACTS_OF = Statement(
    FactsRow,
    "SELECT client.id, {facts} FROM clients_client client {signed} WHERE client.id = ANY(%s) ORDER BY client.id",
    facts=FACTS,
    signed=SIGNED,
)


def agreement_facts(client_ids: Collection[UUID]) -> dict[UUID, AgreementFacts]:
    """The facts of these clients, in one statement."""
    rows = FACTS_OF.ask([list(client_ids)])
    return {
        client: facts_in([row.facts for row in group]) for client, group in groupby(rows, key=attrgetter("client_id"))
    }


def status_of(client: Client, *, at: datetime) -> AgreementStatus:
    """Where one client stands, in one statement."""
    return agreement_status(agreement_facts([client.pk])[client.pk], at=at)


def facts_in(rows: Sequence[SignedRow]) -> AgreementFacts:
    """What all rows of one client say, of which there is one at least."""
    signed = tuple(
        SignatureFacts(row.number, row.invalidated_at, row.renamed_at, row.outdated_from)
        for row in rows
        if row.number is not None
    )
    return AgreementFacts(rows[0].current_number, signed)


# --- Of any number of clients: selections and columns ------------------------------------------------

NEVER_SIGNED, CURRENT, SIGN_AGAIN = "Never signed", "Current", "Must sign again"


def has_signed(*, client: str = "pk") -> Exists:
    """Whether a client has ever signed; `client` says where a queryset has it, if not of clients."""
    return Exists(Signature.objects.filter(client=OuterRef(client)))


def has_current_signature(*, at: datetime, client: str = "pk", name: str = "name") -> Exists:
    """Whether a signature stands at this moment; `client` and `name` say where a queryset has the client's."""
    return Exists(_standing(OuterRef(name), at=at, client=client))


def is_current(*, at: datetime, client: str) -> Coalesce:
    """
    Whether a signature stands, as a value that is looked up for each row.

    For few rows of many: as a condition, PostgreSQL would rather read all signatures at once.
    """
    standing = _standing(F("client__name"), at=at, client=client).order_by()
    return Coalesce(Subquery(standing.values(stands=Value(True))[:1]), Value(False))


def _standing(name: F | OuterRef, *, at: datetime, client: str) -> QuerySet[Signature]:
    """SignatureFacts.stands, of a client that is called so."""
    required = Agreement.objects.required(at=at).order_by("-number").values("number")[:1]
    signatures = Signature.objects.filter(client=OuterRef(client)).in_name(name)
    return signatures.filter(agreement__number__gte=Coalesce(Subquery(required), 0))


def stands_so(*, at: datetime, client: str = "pk", name: str = "name") -> dict[str, Q]:
    """Of what clients each status is true, by what staff call it; `client` and `name` as above."""
    signed, current = has_signed(client=client), has_current_signature(at=at, client=client, name=name)
    return {NEVER_SIGNED: Q(~signed), CURRENT: Q(current), SIGN_AGAIN: Q(signed) & ~Q(current)}


def with_agreement_status(clients: QuerySet[Client], *, at: datetime) -> QuerySet[Client]:
    """Clients with `agreement_status`, and with `sign_again_reason` and `sign_again_since` where that is it."""
    ended = _with_ends(Signature.objects.filter(client=OuterRef("pk"))).order_by("-ended_at", "-agreement__number")
    conditions = stands_so(at=at)
    status = Case(
        *[When(conditions[each], then=Value(each)) for each in (NEVER_SIGNED, CURRENT)],
        default=Value(SIGN_AGAIN),
        output_field=TextField(),
    )
    again = Q(agreement_status=SIGN_AGAIN)
    return clients.annotate(agreement_status=status).annotate(
        sign_again_reason=Case(When(again, then=Subquery(ended.values("ended_by")[:1])), output_field=TextField()),
        sign_again_since=Case(When(again, then=Subquery(ended.values("ended_at")[:1])), output_field=DateTimeField()),
    )


def _with_ends(signatures: QuerySet[Signature]) -> QuerySet[Any]:
    """Signatures with what ends each first: `SignatureFacts.end`, column by column."""
    later = Agreement.objects.published().filter(is_material=True, number__gt=OuterRef("agreement__number"))
    history = Client.pgh_event_model.objects  # type: ignore[attr-defined]
    called_so = history.filter(pgh_obj=OuterRef("client"), name=OuterRef("company_name")).order_by("-pgh_created_at")
    renamed = Greatest(F("signed_at"), Subquery(called_so.values("pgh_created_at")[:1]))
    return (
        signatures.annotate(
            renamed_at=Case(When(~Q(company_name=F("client__name")), then=renamed), output_field=DateTimeField()),
            outdated_from=Subquery(later.order_by("required_from").values("required_from")[:1]),
        )
        .annotate(ended_at=Least("invalidated_at", "renamed_at", "outdated_from"))
        .annotate(
            ended_by=Case(
                When(invalidated_at=F("ended_at"), then=Value(Reason.ADMIN_INVALIDATED.value)),
                When(renamed_at=F("ended_at"), then=Value(Reason.CREDITOR_NAME_CHANGED.value)),
                default=Value(Reason.NEW_VERSION.value),
                output_field=TextField(),
            )
        )
    )
