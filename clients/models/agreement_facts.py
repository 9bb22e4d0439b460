"""The facts that agreement_status needs, for one client or a page of them (product-rules 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from psycopg.sql import SQL

from clients.agreement_status import AgreementFacts, AgreementStatus, SignatureFacts, agreement_status
from clients.models.client import Client
from edge.rows import Statement, Together


class SignedRow(NamedTuple):
    """The current version's number, and a signature as in SignatureFacts, or nulls where there is none."""

    current_number: int | None
    number: int | None
    invalidated_at: datetime | None
    renamed_at: datetime | None
    outdated_from: datetime | None


# For a statement in which `client` is a table: one row per signature, or one of nulls. `facts_in` reads them.
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


# One statement for versions, signatures and names; ACTIVE_LINK (in `link`) is made of the same pieces.
FACTS_OF = Statement(
    FactsRow,
    "SELECT client.id, {facts} FROM clients_client client {signed} WHERE client.id = ANY(%s) ORDER BY client.id",
    facts=FACTS,
    signed=SIGNED,
)


def agreement_facts(client_ids: Collection[UUID]) -> dict[UUID, AgreementFacts]:
    """The facts of each of these clients, by id, in one statement."""
    rows = FACTS_OF.ask([list(client_ids)])
    return {
        client: facts_in([row.facts for row in group]) for client, group in groupby(rows, key=attrgetter("client_id"))
    }


def status_of(client: Client, *, at: datetime) -> AgreementStatus:
    """The agreement status of one client, in one statement."""
    return agreement_status(agreement_facts([client.pk])[client.pk], at=at)


def facts_in(rows: Sequence[SignedRow]) -> AgreementFacts:
    """Gather the facts from all rows of one client; there is at least one."""
    signed = tuple(
        SignatureFacts(row.number, row.invalidated_at, row.renamed_at, row.outdated_from)
        for row in rows
        if row.number is not None
    )
    return AgreementFacts(rows[0].current_number, signed)
