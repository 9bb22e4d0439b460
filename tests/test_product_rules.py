"""The paragraphs of docs/product-rules.md that code and tests cite are there."""

import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1]
CITED = re.compile(r"product-rules ((?:\d+(?:\.\d+)?(?:, |–)?)+)")
PARAGRAPH = re.compile(r"^(?:## (\d+)\. |\*\*(\d+\.\d+)\*\* )", re.MULTILINE)


def paragraphs() -> set[str]:
    rules = (PROJECT / "docs" / "product-rules.md").read_text()
    return {section or paragraph for section, paragraph in PARAGRAPH.findall(rules)}


def cited(text: str) -> set[str]:
    """The numbers that a text cites; of a range (`7.3–7.5`) both ends."""
    return {number for numbers in CITED.findall(text) for number in re.findall(r"\d+(?:\.\d+)?", numbers)}


def files() -> Iterator[Path]:
    """All modules, tests and documents, without what lies in hidden folders."""
    yield from PROJECT.glob("[!.]*/**/*.py")
    yield from PROJECT.glob("docs/**/*.md")


def test_every_paragraph_that_is_cited_is_there() -> None:
    numbers = {number for file in files() for number in cited(file.read_text())}

    assert {"3.12", "7.3", "8"} <= numbers
    assert numbers - paragraphs() == set()


def test_lists_and_ranges_are_citations_too() -> None:
    assert cited("(product-rules 4.2, 8). And (product-rules 3.2–3.4, 3.7)") == {"4.2", "8", "3.2", "3.4", "3.7"}
