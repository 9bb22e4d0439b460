"""Signed documents: what is printed, and what is read out of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pypdf

import clients
from onboarding.signing.agreement_pdf import AgreementPdf

SDCA = (Path(clients.__file__).parent / "agreements" / "sdca_1.md").read_text()
CONSENT = "I have read the agreement and may bind the company."


def make_content(*, company: str = "Acme A/S", signer: str = "Jane Doe", text: str = SDCA) -> AgreementPdf:
    return AgreementPdf(
        title="Standard Debt Collection Agreement",
        number=7,
        text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        published_at=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
        creditor=(("Company", company), ("Country", "Denmark"), ("E-mail", "finance@acme.example")),
        signed_at=datetime(2026, 11, 24, 14, 20, 11, 123456, tzinfo=UTC),
        declaration=(("Signed for", company), ("Signed by", signer), ("Who declared", CONSENT)),
        evidence=(
            ("Signed at", "24 November 2026, 14:20 UTC"),
            ("Address proven", "jane@acme.example"),
            ("IP address", "203.0.113.7"),
            ("SHA-256 of the text", hashlib.sha256(text.encode()).hexdigest()),
        ),
    )


def text_of(pdf: bytes) -> str:
    """All of a document's text as one line."""
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages)
