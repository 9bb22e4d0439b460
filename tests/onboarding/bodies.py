"""Bodies of the API in which everything is said, and what becomes of them with one thing said otherwise."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from pydantic.fields import FieldInfo
from rest_framework.test import APIClient

from cases.api.schemas import PreviewRequest
from edge.shapes import Shape
from onboarding.api.schemas import CreateClientRequest
from tests.make import registration_body

NIL = "00000000-0000-0000-0000-000000000000"
DIFFERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ][0-9:.]+|\"reference\": *\"\w{8}\"|\"id\": *\d+")
# Everything said, so that each can be left out by itself.
OWED = {
    "currencyCode": "EUR",
    "amountToRecover": 1000,
    "amountToRecoverOver6Months": 300,
    "amountToRecoverOver12Months": 200,
    "amountToRecoverOver24Months": 100,
}
CASE: dict[str, Any] = {
    **OWED,
    "date": "2026-01-15",
    "dueDate": "2026-02-15",
    "creditorReference": "INV-1",
    "comments": "Rings back never",
    "claimDescription": "Twelve lamps",
    "creditorDivisionId": NIL,
    "collectionPartnerId": NIL,
    "assignedUserEmail": "jane@acme.test",
    "skipDebituraVerification": True,
    "skipCreationEmails": True,
    "allowPendingContracts": True,
    "isTest": True,
    "tag": "spring",
    "returnUrl": "https://app.partner.test/",
    "debtor": {
        "type": "Company",
        "name": "Elbblick GmbH",
        "contactPerson": "Uwe Sand",
        "companyRegistrationNumber": "HRB 1",
        "address": "Hafen 1",
        "zipCode": "20457",
        "city": "Hamburg",
        "state": "Hamburg",
        "country": "Germany",
        "countryAlpha2": "DE",
        "stateAlpha2": "HH",
        "email": "uwe@elbblick.test",
        "phone": "+49 40 0",
    },
}
CLIENT: dict[str, Any] = {**registration_body(state="Hovedstaden"), "cases": [CASE]}
PREVIEW: dict[str, Any] = {
    **OWED,
    "dueDate": "2026-02-15",
    "returnUrl": "https://app.partner.test/",
    "debtor": {"type": "Company", "countryAlpha2": "DE", "stateAlpha2": "HH"},
}
BODIES: dict[str, tuple[Any, type[Shape]]] = {
    "/clients": (CLIENT, CreateClientRequest),
    "/cases/preview": (PREVIEW, PreviewRequest),
}

type Path = tuple[str | int, ...]


def fields_of(shape: type[Shape], body: Any, path: Path = ()) -> Iterator[tuple[Path, FieldInfo]]:
    """Every place in a body, and what the schema says of it."""
    for name, field in shape.model_fields.items():
        alias = field.alias or name
        inner = body[alias][0] if isinstance(body[alias], list) else body[alias]
        here = (*path, alias)
        yield here, field
        if isinstance(inner, dict):
            [below] = _shapes(field.annotation)
            yield from fields_of(below, inner, (*here, 0) if isinstance(body[alias], list) else here)


def _shapes(annotation: Any) -> set[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return {annotation}
    return {shape for part in getattr(annotation, "__args__", ()) for shape in _shapes(part)}


def said(body: Any, path: Path, value: Any) -> Any:
    """The same body with this in that place; an exception leaves it out."""
    changed = copy.deepcopy(body)
    *steps, last = path
    place = changed
    for step in steps:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return changed


def outcome(api: APIClient, url: str, body: Any) -> tuple[int, str, str]:
    """What is answered and stored, but for ids and times; nothing of it stays."""
    with transaction.atomic():
        answer = api.post(url, body)
        rows = json.dumps([_rows(table) for table in ("clients_client", "clients_user", "cases_case")])
        transaction.set_rollback(True)
    return answer.status_code, DIFFERS.sub("", answer.content.decode()), DIFFERS.sub("", rows)


def _rows(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) - ARRAY['id', 'reference', 'search', 'assigned_user_id'] FROM {table} AS t")
        return [json.loads(row) for (row,) in cursor.fetchall()]
