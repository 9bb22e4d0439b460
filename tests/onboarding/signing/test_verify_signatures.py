"""What is stored of signatures is compared with itself, and whatever was changed behind the triggers' back is found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from clients.invalidate_signature import invalidate_signature
from clients.models import Agreement, Signature
from onboarding.signing import verify_signatures as module
from onboarding.signing.agreement_pdf import render_agreement
from onboarding.signing.evidence import attached_record, evidence_record
from onboarding.signing.sign_agreement import Signed, signed_pdf
from onboarding.signing.verify_signatures import Difference, verify_signatures
from tests.make import make_client, make_link, make_proof, make_signature, make_staff
from tests.onboarding.signer import sign
from tests.rows import everything


@pytest.fixture
def signatures(agreement: Agreement) -> list[Signature]:
    """Three signatures with their documents, the last one of a company that is hard to print."""
    names = ["Acme A/S", "Nordlys Belysning A/S", 'شركة النور "株式会社" <b>Œ 𝒜</b>']
    return [_signed(name, str(number)) for number, name in enumerate(names)]


def _signed(name: str, tenant_id: str) -> Signature:
    now = timezone.now()
    client = make_client(name=name, details_confirmed_at=now, users_confirmed_at=now)
    link = make_link(client=client, tenant_id=tenant_id)
    make_proof(link, browser="mine")
    outcome = sign(link)
    assert isinstance(outcome, Signed)
    return outcome.signature


def behind_the_triggers(statement: str, *values: Any) -> None:
    """Do what only a superuser can who switches triggers off, and drops the constraint on documents."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE clients_signeddocument DROP CONSTRAINT IF EXISTS document_is_what_its_hash_says")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_what_is_as_it_was_signed_differs_in_nothing(signatures: list[Signature]) -> None:
    invalidate_signature(signature=signatures[0], told_client="Sorry.", by=make_staff(), why="No director")
    before = everything()

    found = verify_signatures()

    assert (found.signatures, found.without_record, found.differences) == (3, 0, [])
    assert everything() == before


def test_the_document_carries_all_of_the_evidence(signatures: list[Signature]) -> None:
    record = attached_record(bytes(signatures[2].document.pdf))

    assert record == json.loads(json.dumps(evidence_record(Signature.objects.get(pk=signatures[2].pk))))
    assert record is not None
    assert record["company_name"] == signatures[2].company_name
    assert record["signed_at"] == signatures[2].signed_at.isoformat()


def test_a_changed_byte_in_a_document_is_found_and_nothing_else(signatures: list[Signature]) -> None:
    touched = signatures[1]
    behind_the_triggers(
        "UPDATE clients_signeddocument SET pdf = set_byte(pdf, 1000, (get_byte(pdf, 1000) + 1) %% 256)"
        " WHERE signature_id = %s",
        touched.pk,
    )

    assert verify_signatures().differences == [
        Difference(touched.pk, "the document is not the one that its SHA-256 is of")
    ]


CHANGED = {
    "ip_address": "'198.51.100.1'",
    "signer_name": "'Somebody Else'",
    "signer_email": "'else@acme.test'",
    "consent": "'I accept all.'",
    "company_details": """'{"Company": "Other"}'""",
    "signed_at": "signed_at + interval '1 microsecond'",
    "user_agent": "''",
    "signer_user_id": "signer_user_id + 1",
    "partner_name": "'Another'",
}


@pytest.mark.parametrize(("column", "value"), CHANGED.items())
def test_a_changed_field_of_the_evidence_is_found_and_nothing_else(
    signatures: list[Signature], column: str, value: str
) -> None:
    touched = signatures[1]
    behind_the_triggers(f"UPDATE clients_signature SET {column} = {value} WHERE id = %s", touched.pk)

    assert verify_signatures().differences == [Difference(touched.pk, f"the document says otherwise of {column}")]


def test_a_changed_text_of_the_agreement_is_found_in_all_who_signed_it(signatures: list[Signature]) -> None:
    behind_the_triggers("UPDATE clients_agreement SET text = text || ' And more.' WHERE number = 1")

    found = verify_signatures().differences

    says = "the text of version 1 is not the one that was signed"
    assert found == [Difference(pk, says) for pk in sorted(signature.pk for signature in signatures)]


def test_a_missing_document_is_found(signatures: list[Signature]) -> None:
    behind_the_triggers("DELETE FROM clients_signeddocument WHERE signature_id = %s", signatures[0].pk)

    assert verify_signatures().differences == [Difference(signatures[0].pk, "the document is missing")]


@pytest.mark.parametrize(
    ("pdf", "says"),
    [
        (b"not a document", "the document cannot be read"),
        (b"", "the document cannot be read"),
        ("another's", "the document says otherwise of"),
        ("a draft", "the document carries no record of the evidence"),
    ],
)
def test_a_document_that_was_exchanged_along_with_its_hash_is_found(
    signatures: list[Signature], pdf: bytes | str, says: str
) -> None:
    others = {"another's": bytes(signatures[1].document.pdf), "a draft": _draft(signatures[0])}
    other = others.get(str(pdf), pdf)
    assert isinstance(other, bytes)
    sha256 = hashlib.sha256(other).hexdigest()
    statement = "UPDATE clients_signeddocument SET pdf = %s, sha256 = %s WHERE signature_id = %s"
    behind_the_triggers(statement, other, sha256, signatures[0].pk)

    [found] = verify_signatures().differences

    assert found.signature_id == signatures[0].pk
    assert found.what.startswith(says)


def _draft(signature: Signature) -> bytes:
    """The same document without its record."""
    return render_agreement(replace(signed_pdf(signature), record="")).pdf


def test_documents_of_before_there_were_records_are_compared_with_their_hash_and_counted(
    agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TEMPLATES_WITHOUT_RECORD", {"1"})
    make_signature(make_link())

    found = verify_signatures()

    assert (found.signatures, found.without_record, found.differences) == (1, 1, [])


def test_the_command_lists_what_differs_without_personal_data_and_fails(signatures: list[Signature]) -> None:
    behind_the_triggers("UPDATE clients_signature SET signer_name = 'Else' WHERE id = %s", signatures[0].pk)
    said = StringIO()

    with pytest.raises(CommandError, match="Not everything is as it was signed"):
        call_command("verify_signatures", stdout=said)

    assert said.getvalue().splitlines() == [
        f"{signatures[0].pk}: the document says otherwise of signer_name",
        "3 signatures, 1 differences.",
    ]


def test_the_command_is_content_when_nothing_differs(signatures: list[Signature]) -> None:
    said = StringIO()

    call_command("verify_signatures", stdout=said)

    assert said.getvalue() == "3 signatures, 0 differences.\n"
