"""The agreement's Markdown: one reading for pages and PDFs, and nothing of it lost."""

import re
from pathlib import Path

import pytest
from django.utils.html import strip_tags

import clients
from clients.agreement_text import (
    Block,
    Heading,
    ListBlock,
    Paragraph,
    Run,
    Table,
    UnsupportedMarkdown,
    agreement_blocks,
    agreement_html,
)

SDCA = (Path(clients.__file__).parent / "agreements" / "sdca_1.md").read_text()


def words(text: str) -> list[str]:
    return re.findall(r"[\w%]+", text)


def without_marks(markdown: str) -> str:
    """The agreement's text without the marks that lines begin with."""
    return re.sub(r"^(#+|-|\d+\.|\|[ :|-]+\|$) ?", "", markdown, flags=re.MULTILINE)


def visible(html: str) -> str:
    return strip_tags(html.replace("><", "> <"))


def test_the_page_says_everything_in_the_agreement() -> None:
    assert words(visible(agreement_html(SDCA))) == words(without_marks(SDCA))


def test_every_fee_is_on_the_page() -> None:
    fees = re.findall(r"[\d.]+%|\d+ percentage points", SDCA)

    assert re.findall(r"[\d.]+%|\d+ percentage points", visible(agreement_html(SDCA))) == fees
    assert {"20%", "9.5%", "6%", "30%", "15%", "10%", "7.5%", "10 percentage points", "20 percentage points"} <= {*fees}


def test_headings_stand_below_those_of_the_page() -> None:
    assert agreement_html("## One\n\n### Two") == "<h3>One</h3>\n<h4>Two</h4>"
    assert agreement_html("## One", top_heading=2) == "<h2>One</h2>"


def test_lists_keep_their_numbers_and_nesting() -> None:
    blocks = agreement_blocks("3. three\n   - *inner*\n4. four")

    inner = ListBlock(ordered=False, start=1, items=((Paragraph((Run("inner", italic=True),)),),))
    three = (Paragraph((Run("three"),)), inner)
    assert blocks == [ListBlock(ordered=True, start=3, items=(three, (Paragraph((Run("four"),)),)))]


def test_a_list_may_begin_at_zero() -> None:
    assert agreement_html("0. nought") == '<ol start="0"><li>nought</li></ol>'


def test_nested_lists_and_styles_on_the_page() -> None:
    html = agreement_html("- **a *b***\n  1. c\n\n  d")

    assert html == (
        "<ul><li><strong>a </strong><strong><em>b</em></strong>" + '<ol start="1"><li>c</li></ol><p>d</p></li></ul>'
    )


def test_a_table_scrolls_by_keyboard_and_has_a_name() -> None:
    html = agreement_html("## Fees\n\n| Size | Fee |\n| - | -: |\n| small | 20% |")

    assert '<div class="table-scroll" role="region" tabindex="0" aria-label="Table 1, Fees">' in html
    assert '<th scope="col" class="align-right">Fee</th>' in html
    assert '<td class="align-right">20%</td>' in html
    assert "style=" not in html


def test_a_table_as_blocks() -> None:
    header = ((Run("Size"),), (Run("Fee"),))
    row = ((Run("a|b"),), (Run("20%", bold=True),))

    blocks = agreement_blocks("| Size | Fee |\n| - | :-: |\n| a\\|b | **20%** |")

    assert blocks == [Table(aligns=("left", "center"), header=header, rows=(row,))]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("<script>x</script> & <b>y</b>", "<script>x</script> & <b>y</b>"),
        ("<!-- hidden -->", "<!-- hidden -->"),
        ("5 &lt; 6 &amp; \\*7\\*", "5 < 6 & *7*"),
        ("[label]: http://a.test", "[label]: http://a.test"),
        ("~~gone~~ $x$ #let http://a.test", "~~gone~~ $x$ #let http://a.test"),
    ],
)
def test_what_is_not_markup_is_text(markdown: str, text: str) -> None:
    blocks: list[Block] = agreement_blocks(markdown)

    assert blocks == [Paragraph((Run(text),))]


def test_a_line_ending_in_a_paragraph_is_a_space() -> None:
    assert agreement_html("one\ntwo") == "<p>one two</p>"


def test_html_in_the_text_is_shown_as_typed() -> None:
    assert agreement_html("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_a_hard_line_break_is_kept() -> None:
    assert agreement_blocks("one  \ntwo") == [Paragraph((Run("one"), Run("\n"), Run("two")))]
    assert agreement_html("one  \ntwo") == "<p>one<br>two</p>"


@pytest.mark.parametrize(
    ("markdown", "complaint"),
    [
        ("> quoted", "Line 1: a quotation"),
        ("fine\n\n---", "Line 3: a horizontal line"),
        ("`code`", "code between backticks"),
        ("```\ncode\n```", "a code block"),
        ("    code", "indented by four"),
        ("[label](http://a.test)", "a link"),
        ("<http://a.test>", "a link"),
        ("![label](a.png)", "an image"),
        ("- ## heading", "a heading inside a list"),
        ("- a\n  - b\n    - c\n      - d\n        - e", "Line 5: a list more than 4 deep"),
        ("| a | b |\n| - | - |\n| 1 | 2 | 3 |", "Line 3: the row has more cells"),
        ("# Title", "begin with ##"),
        ("## One\n\n#### Three", "leave no level out"),
        ("##### Five", "begin with ##"),
        ("##", "A heading is empty"),
    ],
)
def test_what_cannot_be_shown_is_named_instead_of_lost(markdown: str, complaint: str) -> None:
    with pytest.raises(UnsupportedMarkdown, match=re.escape(complaint)):
        agreement_blocks(markdown)


def test_the_sections_of_the_agreement_are_numbered_in_order() -> None:
    titles = [block.runs[0].text for block in agreement_blocks(SDCA) if isinstance(block, Heading)]

    assert [title.split(".")[0] for title in titles] == [str(number) for number in range(1, 13)]
