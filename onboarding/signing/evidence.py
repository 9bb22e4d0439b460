"""The record of a signature, attached to its document as a file: the row's values at the time of signing."""

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
    """All frozen columns of a signature. Read it from the database first, so that a later comparison is exact."""
    fields = [field for field in signature._meta.concrete_fields if not field.name.startswith("invalidated_")]
    record = {field.attname: _plain(getattr(signature, field.attname)) for field in fields}
    return {**record, "agreement_number": signature.agreement.number}


def evidence_json(signature: Signature) -> str:
    """The record as JSON, as the file contains it."""
    return json.dumps(evidence_record(signature), indent=1, sort_keys=True, ensure_ascii=False)


def attached_record(pdf: bytes) -> Record | None:
    """The record attached to a document, or None. With a broken file, raises whatever pypdf raises."""
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
