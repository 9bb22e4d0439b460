"""The record of a signature that its document carries as a file: what the row said when it was made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from pypdf import PdfReader

from clients.models import Signature

RECORD: Final = "evidence.json"

type Record = dict[str, Any]


def evidence_record(signature: Signature) -> Record:
    """All that is frozen of a signature as it was read from the database, so that it can be compared to the letter."""
    fields = [field for field in signature._meta.concrete_fields if not field.name.startswith("invalidated_")]
    record = {field.attname: _plain(getattr(signature, field.attname)) for field in fields}
    return {**record, "agreement_number": signature.agreement.number}


def evidence_json(signature: Signature) -> str:
    """The record as the file says it."""
    return json.dumps(evidence_record(signature), indent=1, sort_keys=True, ensure_ascii=False)


def attached_record(pdf: bytes) -> Record | None:
    """The record that a document carries; None where it carries none. Raises what a broken file makes pypdf raise."""
    attached = PdfReader(BytesIO(pdf)).attachments.get(RECORD)
    if not attached:
        return None
    record: Record = json.loads(attached[0])
    return record


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case UUID():
            return str(value)
    return value
