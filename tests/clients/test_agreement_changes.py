"""The word-level comparison of two versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clients
from clients.agreement_changes import Change, Piece, Section, changes_between, compared
from clients.agreement_changes_html import changes_html

BEFORE = """Debitura collects claims.

## 1. Fee

The fee is 10 percent of what comes in.

1. No cure, no pay.
2. Costs of courts come on top.

| Claim | Fee |
|---|---|
| small | 20 % |

## 2. Law

Danish law applies."""


def changes(*replacements: tuple[str, str]) -> tuple[Section, ...]:
    after = BEFORE
    for old, new in replacements:
        assert old in after
        after = after.replace(old, new)
    return changes_between(BEFORE, after)


def same(text: str) -> Piece:
    return Piece("same", text)


def removed(text: str) -> Piece:
    return Piece("removed", text)


def added(text: str) -> Piece:
    return Piece("added", text)


def test_a_text_is_not_different_from_itself() -> None:
    assert changes_between(BEFORE, BEFORE) == ()


def test_a_word_is_shown_in_its_passage_and_section() -> None:
    assert changes(("10 percent", "12 percent")) == (
        Section(
            "1. Fee",
            (Change("1. Fee", (same("The fee is"), removed("10"), added("12"), same("percent of what comes in."))),),
        ),
    )


@pytest.mark.parametrize(
    ("replacement", "heading", "pieces"),
    [
        (("claims.", "all claims."), "", (same("Debitura collects"), added("all"), same("claims."))),
        (("Danish law applies.", "Danish law applies.\n\nSo be it."), "2. Law", (added("So be it."),)),
        (("\n\nDanish law applies.", ""), "2. Law", (removed("Danish law applies."),)),
        (("## 2. Law", "## 2. Court"), "2. Court", (same("2."), removed("Law"), added("Court"))),
        (("| small | 20 % |", "| small | 15 % |"), "1. Fee", (same("small |"), removed("20"), added("15"), same("%"))),
        (("2. Costs of", "3. Costs of"), "", ()),
    ],
)  # fmt: skip
def test_whatever_changes_is_found_where_it_is(
    replacement: tuple[str, str], heading: str, pieces: tuple[Piece, ...]
) -> None:
    found = changes(replacement)

    assert [(section.heading, change.pieces) for section in found for change in section.changes] == (
        [(heading, pieces)] if pieces else []
    )


def test_an_item_that_is_put_in_renumbers_those_after_it() -> None:
    [section] = changes(("2. Costs", "2. Nor is there a minimum.\n3. Costs"))

    assert [change.pieces for change in section.changes] == [
        (added("2. Nor is there a minimum."),),
        (removed("2."), added("3."), same("Costs of courts come on top.")),
    ]


def test_what_has_moved_is_taken_out_and_put_in() -> None:
    found = changes(
        ("Debitura collects claims.\n\n", ""),
        ("Danish law applies.", "Danish law applies.\n\nDebitura collects claims."),
    )

    assert [(section.heading, section.changes[0].pieces) for section in found] == [
        ("", (removed("Debitura collects claims."),)),
        ("2. Law", (added("Debitura collects claims."),)),
    ]


def test_bold_letters_are_no_other_words() -> None:
    assert changes(("No cure", "**No cure**")) == ()


def test_html_says_what_it_marks_and_shows_no_markup_of_the_writer() -> None:
    html = changes_html(changes(("10 percent", "<script>12</script> percent"), ("Danish law applies.", "Bye.")))

    assert "<h3>1. Fee</h3>" in html
    assert '<del><span class="unseen">[taken out: </span>10<span class="unseen">]</span></del>' in html
    assert "&lt;script&gt;12&lt;/script&gt;" in html
    assert "<strong>New:</strong> <ins>" in html
    assert "<strong>Taken out:</strong> <del>" in html


WORD = st.sampled_from(["claim", "fee", "law", "the", "of", "Debitura", "client", "pays"])
PARAGRAPHS = st.lists(st.lists(WORD, min_size=1, max_size=6).map(" ".join), max_size=6)


@settings(max_examples=150)
@given(PARAGRAPHS, PARAGRAPHS)
def test_no_word_of_either_text_is_lost(before: list[str], after: list[str]) -> None:
    found = compared("\n\n".join(before), "\n\n".join(after))

    assert [text for each in found if (text := _without("added", each))] == before
    assert [text for each in found if (text := _without("removed", each))] == after


def _without(kind: str, change: Change) -> str:
    return " ".join(piece.text for piece in change.pieces if piece.kind != kind)


def test_the_first_version_is_read_to_its_end() -> None:
    sdca = (Path(clients.__file__).parent / "agreements" / "sdca_1.md").read_text()

    [section] = changes_between(sdca, f"{sdca}\n\nThe very last words.")

    assert section.changes == (Change(section.heading, (added("The very last words."),)),)
