"""Render the agreement as a PDF: its full text, the parties, and the evidence of the signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import structlog
import typst

from clients.agreement_text import agreement_blocks
from edge.clock import for_people
from onboarding.signing.letters import COVERAGE, FONTS, as_numbers, families_for, in_print, letters_not_in_print

log = structlog.get_logger(__name__)

TEMPLATE: Final = Path(__file__).parent / "pdf" / "agreement.typ"
PROVIDER: Final = {"name": "Debitura ApS", "seat": "Copenhagen, Denmark"}

type Fact = tuple[str, str]


@dataclass(frozen=True)
class AgreementPdf:
    """
    What the document shows; facts keep their order. Without evidence it is a draft, and marked so on every page.

    The declaration (who signed for whom, when, and with what consent) is shown in a box above the evidence. The record
    is attached as a file.
    """

    title: str
    number: int
    text: str
    text_sha256: str
    published_at: datetime | None
    creditor: Sequence[Fact]
    evidence: Sequence[Fact] | None = None
    signed_at: datetime | None = None
    declaration: Sequence[Fact] = ()
    record: str = ""


@dataclass(frozen=True)
class RenderedPdf:
    """
    A document and how it was made; `accessible` says whether it conforms to PDF/UA.

    `letters_as_numbers` lists the letters of the parties' details that no font has; they are printed as numbered boxes.
    """

    pdf: bytes
    sha256: str
    renderer: str
    template_version: str
    accessible: bool
    letters_as_numbers: str


def render_agreement(content: AgreementPdf) -> RenderedPdf:
    """Make the PDF: the same bytes for the same content. Raises UnsupportedMarkdown, as `agreement_blocks` does."""
    pdf, accessible = _compile(content)
    return RenderedPdf(
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        renderer=f"typst {version('typst')}",
        template_version=_template_version(),
        accessible=accessible,
        letters_as_numbers=as_numbers(letters_not_in_print(_of_the_parties(content))),
    )


def _of_the_parties(content: AgreementPdf) -> list[str]:
    return [value for _, value in (*content.creditor, *content.declaration, *(content.evidence or ()))]


def _compile(content: AgreementPdf) -> tuple[bytes, bool]:
    """Make a PDF/UA if possible, else a plain PDF: accessibility problems must not stop a signature."""
    try:
        return _typst(content, ["ua-1"]), True
    except typst.TypstError as error:
        pdf = _typst(content, [])
        # The error quotes what it could not show, which may be somebody's name, so it is not logged.
        cause = "missing glyph" if "could not be displayed" in error.message else "other"
        log.warning("agreement_pdf_not_accessible", agreement_number=content.number, reason=cause)
        return pdf, False


def _typst(content: AgreementPdf, standards: list[typst.PDFStandard]) -> bytes:
    return typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=bundled_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(_as_json(content))},
        pdf_standards=standards,
        timestamp=_dated(content) or datetime.fromtimestamp(0, UTC),
    )


def _as_json(content: AgreementPdf) -> dict[str, Any]:
    """What the template needs: what is shown, in printable letters, the fonts for it, and the record unchanged."""
    shown = _printable(_shown(content))
    return {**shown, "fonts": families_for(json.dumps(shown, ensure_ascii=False)), "record": content.record}


def _printable(value: Any) -> Any:
    match value:
        case str():
            return in_print(value)
        case dict():
            return {name: _printable(each) for name, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
    return value


def _shown(content: AgreementPdf) -> dict[str, Any]:
    dated = _dated(content)
    return {
        "provider": PROVIDER,
        "title": content.title,
        "number": content.number,
        "blocks": [asdict(block) for block in agreement_blocks(content.text)],
        "text_sha256": content.text_sha256,
        "published": for_people(content.published_at) if content.published_at else None,
        "dated": _parts(dated) if dated else None,
        "creditor": content.creditor,
        "declaration": content.declaration,
        "evidence": content.evidence,
    }


def _dated(content: AgreementPdf) -> datetime | None:
    """The document's date: of the signature, else of publication; never of rendering, or the bytes would vary."""
    moment = content.signed_at or content.published_at
    return moment.astimezone(UTC).replace(microsecond=0) if moment else None


def _parts(moment: datetime) -> dict[str, int]:
    return {name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second")}


@cache
def bundled_fonts() -> typst.Fonts:
    """Only the fonts in the repository: the machine's own would change the bytes."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _template_version() -> str:
    """A hash of the template and of what the fonts cover, so that it changes with either."""
    return hashlib.sha256(TEMPLATE.read_bytes() + COVERAGE.read_bytes()).hexdigest()[:12]
