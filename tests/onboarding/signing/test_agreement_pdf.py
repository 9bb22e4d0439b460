"""The agreement's PDF says what was agreed, as it was typed."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import version
from io import BytesIO
from typing import Any

import pypdf
import pytest
from structlog.testing import capture_logs

from clients.agreement_text import UnsupportedMarkdown
from edge.clock import for_people
from onboarding.signing import agreement_pdf
from onboarding.signing.agreement_pdf import RenderedPdf, render_agreement
from onboarding.signing.letters import FONTS
from tests.onboarding.documents import CONSENT, SDCA, make_content

AWKWARD = 'Müller & Søn <b>#1</b> $x$ "A/S"'
FEE = r"[\d.]+%|\d+ percentage points"


def pages(rendered: RenderedPdf) -> list[str]:
    """The text of each page, lines joined: where a line breaks is the layout's business."""
    return [page.extract_text().replace("\n", "") for page in pypdf.PdfReader(BytesIO(rendered.pdf)).pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    "name",
    [
        AWKWARD,
        "Παπαδόπουλος ΑΕ",
        "ООО «Ромашка»",
        "株式会社デビチュラ",
        "주식회사",
        '#import "x"; #panic() [*a*] \\u{41} @ref <label> `raw` // */ ~ -- \'',
    ],
)
def test_names_come_out_as_typed(name: str) -> None:
    rendered = render_agreement(make_content(company=name, signer=name))

    assert rendered.accessible
    assert name in pages(rendered)[0]
    assert pages(rendered)[-1].count(name) == 2


def test_markup_in_the_text_is_not_run() -> None:
    text = '#panic("x") $1$ <b>bold</b> #[x] "quoted" -- 1st'

    assert text in pages(render_agreement(make_content(text=text)))[0]


def test_the_document_says_everything_in_the_agreement() -> None:
    rendered = render_agreement(make_content())

    whole = squeezed("".join(pages(rendered)))
    plain = re.sub(r"^(#+|-|\d+\.|\|[ :|-]+\|$) ?", "", SDCA, flags=re.MULTILINE)
    missing = [part for part in re.split(r"\n|\||\*\*|\*", plain) if squeezed(part) not in whole]
    assert missing == []


def test_every_fee_is_in_the_document() -> None:
    text = " ".join(
        page.extract_text() for page in pypdf.PdfReader(BytesIO(render_agreement(make_content()).pdf)).pages
    )

    assert re.findall(FEE, re.sub(r"\s+", " ", text)) == re.findall(FEE, SDCA)


def test_the_evidence_stands_on_the_last_page() -> None:
    content = make_content(signer="Anna Sørensen")

    last = pages(render_agreement(content))[-1]

    assert "Anna Sørensen" in last
    assert "24 November 2026, 14:20 UTC" in last
    assert CONSENT in last
    assert "jane@acme.example" in last
    assert "203.0.113.7" in last
    assert "version 7" in last
    assert last.count(content.text_sha256) == 2


def test_every_page_has_the_hash_the_version_and_its_number() -> None:
    content = make_content()

    texts = pages(render_agreement(content))

    total = len(texts)
    assert all(content.text_sha256 in text for text in texts)
    assert all("version 7" in text for text in texts)
    assert all(f"Page {number} of {total}" in text for number, text in enumerate(texts, start=1))


def test_the_same_content_gives_the_same_bytes() -> None:
    first, second = render_agreement(make_content()), render_agreement(make_content())

    assert first == second
    assert first.sha256 == hashlib.sha256(first.pdf).hexdigest()
    assert first.renderer == f"typst {version('typst')}"


def test_the_document_is_tagged_titled_and_dated() -> None:
    reader = pypdf.PdfReader(BytesIO(render_agreement(make_content()).pdf))

    assert reader.metadata is not None
    assert reader.metadata.title == "Standard Debt Collection Agreement, version 7"
    assert reader.metadata.author == "Debitura ApS"
    assert reader.metadata.creation_date == datetime(2026, 11, 24, 14, 20, 11, tzinfo=UTC)
    root: Any = reader.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize("name", ["\U00013171 Ltd", "\U0010abcd A/S", "a\u200db\u0301\u202e Ltd", "\ufffe"])
def test_a_character_without_a_glyph_does_not_stop_a_signature(name: str) -> None:
    rendered = render_agreement(make_content(company=name))

    assert rendered.pdf.startswith(b"%PDF-")
    assert "Jane Doe" in pages(rendered)[-1]


def test_a_glyph_that_is_missing_all_the_same_is_logged_without_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement_pdf, "in_print", str)

    with capture_logs() as logs:
        rendered = render_agreement(make_content(company="\U00013171 Ltd"))

    assert not rendered.accessible
    assert logs == [
        {
            "event": "agreement_pdf_not_accessible",
            "log_level": "warning",
            "agreement_number": 7,
            "reason": "missing glyph",
        }
    ]


@pytest.mark.parametrize("letter", ["W", "Щ", "株", "e\u0301"])
def test_a_name_without_spaces_stays_on_the_page(letter: str) -> None:
    name = letter * 200

    reader = pypdf.PdfReader(BytesIO(render_agreement(make_content(company=name, signer=name)).pdf))

    first = reader.pages[0].extract_text()
    assert len([line for line in first.splitlines() if letter[0] * 20 in line or letter * 20 in line]) >= 3
    assert first.replace("\n", "").count(letter) >= 200


def test_a_draft_says_so_on_every_page_and_has_no_evidence() -> None:
    rendered = render_agreement(replace(make_content(), evidence=None, signed_at=None, published_at=None))

    texts = pages(rendered)
    assert rendered.accessible
    assert all("DRAFT – not signed" in text for text in texts)
    assert "not published" in texts[0]
    assert "Signature and evidence" not in "".join(texts)


def test_a_signed_document_is_no_draft() -> None:
    assert "DRAFT" not in "".join(pages(render_agreement(make_content())))


def test_a_text_that_cannot_be_shown_is_refused() -> None:
    with pytest.raises(UnsupportedMarkdown):
        render_agreement(make_content(text="![seal](seal.png)"))


def test_lists_styles_and_tables_of_any_shape_are_laid_out() -> None:
    lists = "0. **x *y***\n   - one  \n     two\n\n     three\n-"
    text = f"## A\n\n### B\n\n{lists}\n\n| a |\n| - |\n\n| b | c |\n| :-: | -: |\n| 1 | |"

    rendered = render_agreement(make_content(text=text))

    assert rendered.accessible
    assert "0.x y" in pages(rendered)[0].replace(". ", ".")


def test_only_the_fonts_of_the_repository_are_used() -> None:
    reader = pypdf.PdfReader(BytesIO(render_agreement(make_content(company="株 한 א")).pdf))

    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    fonts = [font.get_object()["/BaseFont"] for each in resources for font in each["/Font"].values()]
    used = {font.split("+")[1].removesuffix("-Identity-H") for font in fonts}
    assert {"NotoSans-Regular", "DroidSansFallback", "NanumBarunGothic", "NotoSansHebrew-Regular"} <= used
    assert used <= {path.stem for path in FONTS.glob("*.ttf")} | {"DroidSansFallback"}


def test_moments_are_written_for_people() -> None:
    copenhagen = timezone(timedelta(hours=1))

    assert for_people(datetime(2026, 3, 5, 0, 7, 59, tzinfo=copenhagen)) == "4 March 2026, 23:07 UTC"
