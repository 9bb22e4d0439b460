"""No letter of a name is lost: it is printed, or the page says beforehand that it will be a box with its number."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import pypdfium2
import pytest
from django.test import Client as Browser
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.models import Agreement, Client, Signature, SignedDocument
from edge.kinds_of_text import CompanyName
from onboarding.journey.steps import Step
from onboarding.signing import sign_agreement
from onboarding.signing.agreement_pdf import render_agreement
from onboarding.signing.evidence import attached_record
from onboarding.signing.letters import COVERAGE, FONTS, UNSEEN, families_for, in_print, letters_not_in_print
from tests.fonts import blank_letters, coverage_of_the_fonts, letters_of_the_fonts, marks_of_unicode
from tests.forty_names import FORTY_NAMES
from tests.make import make_client, make_link
from tests.onboarding.documents import make_content, text_of
from tests.onboarding.visitor import Visitor
from tests.staff.conftest import colleague

__all__ = ["colleague"]

# An Egyptian hieroglyph, and a letter of nobody's but its user's.
BIRD = "\U00013171"
PRIVATE = "\U0010abcd"
A_FEW = [
    each for each in FORTY_NAMES if each[0] in ("Bengali", "Tibetan", "Japanese", "Emoji and mathematical letters")
]
LONG_NAMES = [
    *["".join(company.split() * 40)[:length] for _, company, _ in FORTY_NAMES for length in (44, 200)],
    "".join(FORTY_NAMES[19][1].split())[:24] + "W" * 24,
    "WW" + "نور" * 14 + "W" * 24,
]
A4_WIDTH, MARGIN = 595.3, 68.0
# What is seen is right in all scripts, and the record in the document holds the name. What is copied is not, in some.
# Typst makes a piece of its own of a mark that is moved up or down, and each piece brings its letter along.
MARKS_WITH_THEIR_LETTERS = {"Thaana", "Meetei Mayek", "Khmer", "Burmese", "Javanese", "Balinese"}
# PDFium turns round some letters of what is written from right to left, or none.
TURNED_ROUND = {"Arabic", "N'Ko", "Adlam"}


def copied(pdf: bytes) -> str:
    """What a reader copies out of the document, as Chrome's does."""
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def read_back(script: str, name: str, text: str) -> bool:
    """Whether a name stands in what was copied: as typed, or as well as its script is copied."""
    lines = [unicodedata.normalize("NFKC", line) for line in text.splitlines()]
    letters = "".join(name.split())
    if script in TURNED_ROUND:
        return any(set(letters) <= set(line) for line in lines)
    if script in MARKS_WITH_THEIR_LETTERS:
        return any(in_order(letters, line) for line in lines)
    return name in text


def in_order(letters: str, line: str) -> bool:
    """Whether a line has these letters one after another, with whatever between them."""
    rest = iter(line)
    return all(letter in rest for letter in letters)


@pytest.mark.parametrize(("script", "company", "signer"), A_FEW, ids=[each[0] for each in A_FEW])
def test_a_name_in_another_script_is_printed_as_typed(script: str, company: str, signer: str) -> None:
    rendered = render_agreement(make_content(company=company, signer=signer))

    text = copied(rendered.pdf)
    assert (rendered.accessible, rendered.letters_as_numbers) == (True, "")
    assert text.count(company) == 2
    assert signer in text


@pytest.mark.slow
@pytest.mark.parametrize(("script", "company", "signer"), FORTY_NAMES, ids=[each[0] for each in FORTY_NAMES])
def test_forty_names_in_forty_scripts_are_signed_and_read_back(
    agreement: Agreement, script: str, company: str, signer: str
) -> None:
    visitor = Visitor(make_link(client=make_client()))
    visitor.prove()
    visitor.confirm_company(name=company)
    visitor.confirm_people()

    page = visitor.sign(full_name=signer).content.decode()

    document = SignedDocument.objects.get()
    record = attached_record(bytes(document.pdf))
    text = copied(bytes(document.pdf))
    assert f"{signer} for {company}" in re.sub("<[^>]+>", "", page).replace("&amp;", "&")
    # A document that lacks a glyph is refused as PDF/UA.
    assert (document.is_accessible, document.letters_as_numbers) == (True, "")
    assert record is not None
    assert (record["company_name"], record["signer_name"]) == (company, signer)
    assert read_back(script, company, text)
    assert read_back(script, signer, text)


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG_NAMES)
def test_a_long_name_without_a_blank_stays_within_the_margins(name: str) -> None:
    rendered = render_agreement(make_content(company=name, signer=name))

    assert rendered.accessible
    assert right_end(rendered.pdf) <= A4_WIDTH - MARGIN + 1


def right_end(pdf: bytes) -> float:
    """How far to the right the text of a document goes, in points."""
    texts = [page.get_textpage() for page in pypdfium2.PdfDocument(pdf)]
    return max(float(text.get_charbox(at)[2]) for text in texts for at in range(text.count_chars()))


@pytest.mark.slow
def test_what_is_known_of_the_fonts_is_what_they_have() -> None:
    assert json.loads(COVERAGE.read_text()) == coverage_of_the_fonts()


@pytest.mark.slow
def test_every_letter_that_a_font_has_is_printed() -> None:
    letters = letters_of_the_fonts()
    names = [" ".join(letters[start : start + 3000]) for start in range(0, len(letters), 3000)]

    rendered = [render_agreement(make_content(company=name, text="All.")) for name in names]

    assert {(each.accessible, each.letters_as_numbers) for each in rendered} == {(True, "")}


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.data())
def test_whatever_marks_are_on_its_letters_a_name_has_no_box_without_a_number(data: st.DataObject) -> None:
    letters, marks = st.sampled_from(letters_of_the_fonts_once()), st.sampled_from([*marks_of_unicode(), "\u200d"])
    name = CompanyName(400).read("A" + data.draw(st.lists(letters | marks, min_size=1, max_size=60).map("".join)))

    rendered = render_agreement(make_content(company=name, text="All."))

    assert rendered.accessible
    assert rendered.letters_as_numbers.split() == list(dict.fromkeys(re.findall(r"U\+[0-9A-F]+", in_print(name))))


@cache
def letters_of_the_fonts_once() -> list[str]:
    """Reading them takes two seconds."""
    return letters_of_the_fonts()


@pytest.mark.slow
def test_no_font_has_a_blank_where_a_letter_should_be() -> None:
    """It would print nothing, and nobody would be told: no other font is asked for a letter that one says it has."""
    blank: set[str] = set()
    for path in FONTS.glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            blank |= {hex(each) for each in blank_letters(font)}

    # Fillers, which look like blanks wherever they are printed.
    assert blank <= {"0x3164", "0xffa0", "0x2800"}


@pytest.mark.parametrize("name", ["샾앤숖 Ⓜ 주식회사", "펲시 찦차", "뷁"])
def test_rare_syllables_and_signs_have_a_font_with_ink(name: str) -> None:
    assert letters_not_in_print([name]) == []
    assert "NanumBarunGothic" in families_for(name)


def test_the_fonts_do_not_grow_unnoticed() -> None:
    """Everybody who clones the repository fetches them, and each process reads those that it needs."""
    assert sum(path.stat().st_size for path in FONTS.glob("*.ttf")) < 48_000_000


def test_every_font_has_its_licence_beside_it() -> None:
    said = re.findall(r"`(\S+\.ttf)`", (FONTS / "README.md").read_text())
    licences = re.findall(r"`(LICENSE-\S+)`", (FONTS / "README.md").read_text())

    not_named = [path.name for path in FONTS.glob("*.ttf") if not any(path.match(name) for name in said)]

    assert not_named == []
    assert {FONTS / name for name in licences} == {*FONTS.glob("LICENSE-*")}


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        (f"{BIRD} Ltd", "▯(U+13171) Ltd"),
        (f"A{PRIVATE}{BIRD}B", "A▯(U+10ABCD)▯(U+13171)B"),
        # Each has a glyph, in two fonts: the mark of one script on the letter of another.
        ("ก\u0301\u0940", "ก▯(U+0301)▯(U+0940)"),
        ("k\u0e31x", "k▯(U+0E31)x"),
    ],
)
def test_a_letter_that_no_font_has_is_a_box_with_its_number(name: str, printed: str) -> None:
    rendered = render_agreement(make_content(company=name))

    assert in_print(name) == printed
    assert rendered.accessible
    assert printed in text_of(rendered.pdf)
    assert rendered.letters_as_numbers.split() == re.findall(r"U\+[0-9A-F]+", printed)


@pytest.mark.parametrize(
    "name", ["👩\u200d💻 & 👍🏽 Ltd", "क्\u200dष", "葛\U000e0100城", "☎\ufe0f 1\ufe0f\u20e3", "e\u0301\u0323"]
)
def test_what_joins_letters_needs_no_glyph(name: str) -> None:
    rendered = render_agreement(make_content(company=name))

    assert (rendered.accessible, rendered.letters_as_numbers) == (True, "")


def test_layout_leaves_out_what_it_is_said_to() -> None:
    rendered = render_agreement(make_content(company="x".join(["", *sorted(UNSEEN), ""])[:900]))

    assert rendered.accessible


def test_only_the_fonts_that_are_needed_are_asked() -> None:
    assert families_for("Acme A/S, Århus") == ["Noto Sans"]
    assert families_for("ঢাকা 株 Ltd") == ["Noto Sans", "Droid Sans Fallback", "Noto Sans Bengali"]


def test_each_letter_is_named_once() -> None:
    assert letters_not_in_print([f"{BIRD}{BIRD}", f"a{BIRD}", PRIVATE]) == [BIRD, PRIVATE]


@pytest.fixture
def visitor(agreement: Agreement) -> Visitor:
    """Somebody who may sign."""
    visitor = Visitor(make_link(client=make_client()))
    visitor.come_to_the_agreement()
    return visitor


def test_the_page_says_which_letters_of_the_company_are_numbers(visitor: Visitor) -> None:
    Client.objects.update(name=f"{BIRD} Ltd")

    page = visitor.get(Step.AGREEMENT).content.decode()
    visitor.sign()

    document = SignedDocument.objects.get()
    assert "Letters that we cannot print" in page
    assert "▯(U+13171) Ltd" in page
    assert document.letters_as_numbers == "U+13171"
    assert "▯(U+13171) Ltd" in text_of(bytes(document.pdf))


def test_the_page_says_nothing_where_all_letters_can_be_printed(visitor: Visitor) -> None:
    Client.objects.update(name="𠮷野 🦄 ঢাকা")

    page = visitor.get(Step.AGREEMENT).content.decode()

    assert "𠮷野 🦄 ঢাকা" in page
    assert "cannot print" not in page


def test_a_name_that_cannot_be_printed_is_signed_once_the_page_has_said_so(visitor: Visitor) -> None:
    first = visitor.sign(full_name=f"{BIRD} Doe")
    nothing_signed = not Signature.objects.exists()
    visitor.sign(full_name=f"{BIRD} Doe", told=told_by(first))

    assert nothing_signed
    assert "Nothing was signed yet" in first.content.decode()
    assert "▯(U+13171) Doe" in first.content.decode()
    assert f'value="{BIRD} Doe"' in first.content.decode()
    assert Signature.objects.get().signer_name == f"{BIRD} Doe"
    assert SignedDocument.objects.get().letters_as_numbers == "U+13171"


def test_who_forgot_to_tick_the_box_is_not_told_of_the_letters_anew(visitor: Visitor) -> None:
    first = visitor.sign(full_name=f"{BIRD} Doe")
    forgotten = visitor.sign(full_name=f"{BIRD} Doe", told=told_by(first), consent="")
    visitor.sign(full_name=f"{BIRD} Doe", told=told_by(forgotten))

    assert "▯(U+13171) Doe" in forgotten.content.decode()
    assert Signature.objects.get().signer_name == f"{BIRD} Doe"


def test_another_name_than_the_one_that_was_spoken_of_is_not_signed(visitor: Visitor) -> None:
    told = told_by(visitor.sign(full_name=f"{BIRD} Doe"))

    again = visitor.sign(full_name=f"{PRIVATE} Doe", told=told)

    assert told_by(again) == "U+10ABCD"
    assert not Signature.objects.exists()


def test_the_name_may_be_written_in_other_letters_instead(visitor: Visitor) -> None:
    told = told_by(visitor.sign(full_name=f"{BIRD} Doe"))

    visitor.sign(full_name="Jane Doe", told=told)

    assert Signature.objects.get().signer_name == "Jane Doe"


def test_what_was_shown_of_the_company_is_not_signed_once_other_letters_are_numbers(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = visitor.shown()
    monkeypatch.setattr(sign_agreement, "details_not_in_print", lambda client: [BIRD])

    visitor.post(Step.AGREEMENT, **before, full_name="Jane Doe", consent="on")

    assert not Signature.objects.exists()


def told_by(page: Any) -> str:
    """Of which letters the page said that they are numbers, as its form carries it."""
    found = re.search(r'name="told" value="([^"]*)"', page.content.decode())
    assert found
    return found[1]


def test_legal_finds_the_signatures_whose_documents_show_numbers(
    visitor: Visitor, colleague: Callable[[str], Browser]
) -> None:
    Client.objects.update(name=f"{BIRD} Ltd")
    visitor.sign()
    legal = colleague("Legal")
    signature = Signature.objects.get()

    found = legal.get("/admin/clients/signature/?document__letters_as_numbers__isempty=0").content.decode()
    others = legal.get("/admin/clients/signature/?document__letters_as_numbers__isempty=1").content.decode()
    page = legal.get(f"/admin/clients/signature/{signature.pk}/change/").content.decode()

    assert str(signature.pk) in found
    assert str(signature.pk) not in others
    assert "U+13171. The document shows boxes" in page
