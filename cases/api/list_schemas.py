"""Query parameters of the lists of cases."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cases.jurisdictions import country_of
from cases.lifecycle import Lifecycle
from edge.query import From, PageQuery, QueryId, QueryText, To, sort_by


def _statuses(sent: list[str]) -> list[Lifecycle]:
    found = [Lifecycle.named(each) for each in sent]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        raise PydanticCustomError("status", "Each must be one of: {names}.", {"names": ", ".join(Lifecycle)})
    return known


def _countries(sent: list[str]) -> list[str]:
    """Alpha-2 codes of the countries with these numbers; an unknown number gives a code that no case has."""
    found = []
    for each in sent:
        if not each.isascii() or not each.isdigit() or len(each) > 10:
            raise PydanticCustomError("country_ids", "Must be whole numbers.")
        found.append(country_of(int(each)) or "")
    return found


def _uuids(sent: list[str]) -> list[UUID]:
    try:
        return [named for named in map(UUID, sent) if named.int]
    except ValueError:
        raise PydanticCustomError("uuids", "Must be UUIDs.")


class CasesQuery(PageQuery):
    """What can be asked of GET /cases."""

    from_date: From | None = None
    to_date: To | None = None
    external_tenant_id: QueryId = Field(default="", description="Of one client, by your own id for it.")
    statuses: Annotated[list[str], AfterValidator(_statuses)] = Field(
        default=[], description="Repeatable; the name (PendingVerification) or what people read (Pending Verification)."
    )
    query: QueryText = Field(
        default="", description="Parts of words of the reference, the creditor reference or the debtor's name."
    )
    country_ids: Annotated[
        list[str],
        AfterValidator(_countries),
        WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 0}}),
    ] = Field(default=[], description="Repeatable; the debtor's country, by ISO 3166-1 numeric; Kosovo is 983.")
    collection_partner_ids: Annotated[
        list[str],
        AfterValidator(_uuids),
        WithJsonSchema({"type": "array", "items": {"type": "string", "format": "uuid"}}),
    ] = Field(default=[], description="Repeatable.")
    sort: Annotated[str, *sort_by({"DateCreated": "created_at", "GrossAmount": "amount", "DueDate": "due_date"})] = (
        Field(
            default="-created_at",
            description="DateCreated:desc if left out. A case without due date counts as due last.",
        )
    )
