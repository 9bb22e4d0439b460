"""The rule of agreement_status as conditions and columns, for any number of clients (product-rules 4.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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

from clients.agreement_status import Reason
from clients.models.agreement import Agreement
from clients.models.client import Client
from clients.models.signature import Signature

NEVER_SIGNED, CURRENT, SIGN_AGAIN = "Never signed", "Current", "Must sign again"


def has_signed(*, client: str = "pk") -> Exists:
    """Whether the client has ever signed. `client` is the path to the client's id, in querysets of other models."""
    return Exists(Signature.objects.filter(client=OuterRef(client)))


def has_current_signature(*, at: datetime, client: str = "pk", name: str = "name") -> Exists:
    """Whether a signature stands at this moment; `client` and `name` are the paths to the client's id and name."""
    return Exists(_standing(OuterRef(name), at=at, client=client))


def is_current(*, at: datetime, client: str) -> Coalesce:
    """
    Whether a signature stands, as a value that PostgreSQL looks up row by row.

    For a few rows out of many: given a condition instead, PostgreSQL prefers to read all signatures at once.
    """
    standing = _standing(F("client__name"), at=at, client=client).order_by()
    return Coalesce(Subquery(standing.values(stands=Value(True))[:1]), Value(False))


def _standing(name: F | OuterRef, *, at: datetime, client: str) -> QuerySet[Signature]:
    """The signatures for which `SignatureFacts.stands`, of a client with this name."""
    required = Agreement.objects.required(at=at).order_by("-number").values("number")[:1]
    signatures = Signature.objects.filter(client=OuterRef(client)).in_name(name)
    return signatures.filter(agreement__number__gte=Coalesce(Subquery(required), 0))


def stands_so(*, at: datetime, client: str = "pk", name: str = "name") -> dict[str, Q]:
    """The condition for each status, by the name that staff see; `client` and `name` are paths, as above."""
    signed, current = has_signed(client=client), has_current_signature(at=at, client=client, name=name)
    return {NEVER_SIGNED: Q(~signed), CURRENT: Q(current), SIGN_AGAIN: Q(signed) & ~Q(current)}


def with_agreement_status(clients: QuerySet[Client], *, at: datetime) -> QuerySet[Client]:
    """Annotate clients with `agreement_status`, and with the reason and the moment where they must sign again."""
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
    """Annotate signatures with what ends each first: `SignatureFacts.end`, as columns."""
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
