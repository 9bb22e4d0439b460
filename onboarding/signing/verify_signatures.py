"""Verify stored signatures: documents and texts against their hashes, evidence against the document's record."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from pypdf.errors import PyPdfError

from clients.models import Signature, SignedDocument
from onboarding.signing.evidence import attached_record, evidence_record

# Documents from these templates carry no record of the evidence to compare the row with.
TEMPLATES_WITHOUT_RECORD: Final = frozenset({"b4295945fa2b"})
AT_ONCE: Final = 50
BROKEN: Final = (PyPdfError, zlib.error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Difference:
    """Something that differs from what was signed; `what` names columns, never values."""

    signature_id: UUID
    what: str


@dataclass
class Verification:
    """The result: counts of signatures, of those without a record to compare, and the differences."""

    signatures: int = 0
    without_record: int = 0
    differences: list[Difference] = field(default_factory=list)


@transaction.atomic
def verify_signatures() -> Verification:
    """Check every signature in a read-only transaction, a few documents in memory at a time."""
    with connection.cursor() as cursor:  # the ORM cannot say this
        cursor.execute("SET TRANSACTION READ ONLY")
    found = Verification()
    signatures = Signature.objects.select_related("agreement", "document").order_by("pk")
    for signature in signatures.iterator(chunk_size=AT_ONCE):
        found.signatures += 1
        found.without_record += _has_no_record_to_compare(signature)
        found.differences += [Difference(signature.pk, what) for what in _differences(signature)]
    return found


def _has_no_record_to_compare(signature: Signature) -> bool:
    document = _document(signature)
    return document is not None and document.template_version in TEMPLATES_WITHOUT_RECORD


def _differences(signature: Signature) -> Iterator[str]:
    if hashlib.sha256(signature.agreement.text.encode()).hexdigest() != signature.agreement_sha256:
        yield f"the text of version {signature.agreement.number} is not the one that was signed"
    document = _document(signature)
    if document is None:
        yield "the document is missing"
    elif hashlib.sha256(document.pdf).hexdigest() != document.sha256:
        yield "the document is not the one that its SHA-256 is of"
    elif document.template_version not in TEMPLATES_WITHOUT_RECORD:
        yield from _differences_from_record(signature, bytes(document.pdf))


def _document(signature: Signature) -> SignedDocument | None:
    return signature.document if hasattr(signature, "document") else None


def _differences_from_record(signature: Signature, pdf: bytes) -> Iterator[str]:
    try:
        record = attached_record(pdf)
    except BROKEN:
        yield "the document cannot be read"
        return
    if record is None:
        yield "the document carries no record of the evidence"
        return
    now = evidence_record(signature)
    changed = [name for name in {**now, **record} if name not in record or record[name] != now.get(name)]
    if changed:
        yield f"the document says otherwise of {', '.join(sorted(changed))}"
