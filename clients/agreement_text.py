"""Parse an agreement's Markdown, once for both pages and PDFs, so that they show the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

# HTML is treated as plain text. "reference" is off because link definitions would vanish without a trace.
_parser: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")

type Align = Literal["left", "center", "right"]
type Block = Heading | Paragraph | ListBlock | Table
type ListItem = tuple[Paragraph | ListBlock, ...]
type Runs = tuple[Run, ...]

TOP_LEVEL: Final = 2  # "##"; the title is not part of the text
DEEPEST_LEVEL: Final = 4
DEEPEST_LIST: Final = 4  # the parser itself drops lists at a depth of about ten


class UnsupportedMarkdown(ValueError):
    """The text contains something that would not look the same on the page and in the PDF."""


@dataclass(frozen=True)
class Run:
    """Characters in one style; a line break is a run of its own."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading; level 2 is the highest."""

    level: int
    runs: Runs
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Runs
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class ListBlock:
    """A bulleted list, or one numbered from `start`."""

    ordered: bool
    start: int
    items: tuple[ListItem, ...]
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class Table:
    """A table with one header row; each row is as long as the header."""

    aligns: tuple[Align, ...]
    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    kind: Literal["table"] = "table"


def agreement_blocks(markdown: str) -> list[Block]:
    """Parse an agreement's text; raises UnsupportedMarkdown for what a page or a PDF could not show in full."""
    root = SyntaxTreeNode(_parser.parse(markdown))
    blocks = [_block(node, markdown) for node in root.children]
    _check_headings(blocks)
    return blocks


def agreement_html(markdown: str, *, top_heading: int = 3) -> SafeString:
    """Render an agreement's text for a page, its highest headings (`##`) as `<h3>` unless told otherwise."""
    return _Page(shift=top_heading - TOP_LEVEL).blocks(agreement_blocks(markdown))


def _block(node: SyntaxTreeNode, markdown: str) -> Block:
    match node.type:
        case "heading":
            return Heading(int(node.tag.removeprefix("h")), _runs(node))
        case "paragraph" | "bullet_list" | "ordered_list":
            return _in_list(node)
        case "table":
            return _table(node, markdown.splitlines())
        case _:
            raise _unsupported(node)


def _in_list(node: SyntaxTreeNode, depth: int = 0) -> Paragraph | ListBlock:
    match node.type:
        case "paragraph":
            return Paragraph(_runs(node))
        case "bullet_list" | "ordered_list" if depth < DEEPEST_LIST:
            items = tuple(tuple(_in_list(child, depth + 1) for child in item.children) for item in node.children)
            return ListBlock(node.type == "ordered_list", _start(node), items)
        case _:
            raise _unsupported(node, where=" inside a list")


def _start(node: SyntaxTreeNode) -> int:
    start = node.attrGet("start")  # absent when 1
    return 1 if start is None else int(start)


def _table(node: SyntaxTreeNode, lines: list[str]) -> Table:
    rows = [row for part in node.children for row in part.children]
    for row in rows:
        _check_no_cell_is_dropped(row, lines)
    header, *body = [tuple(_runs(cell) for cell in row.children) for row in rows]
    return Table(tuple(_align(cell) for cell in rows[0].children), header, tuple(body))


def _check_no_cell_is_dropped(row: SyntaxTreeNode, lines: list[str]) -> None:
    """Refuse a row that is longer than its header: Markdown drops the surplus cells without a word."""
    line = _line_number(row)
    cells = re.split(r"(?<!\\)\|", lines[line - 1].strip().removeprefix("|").removesuffix("|"))
    if len(cells) > len(row.children):
        raise UnsupportedMarkdown(f"Line {line}: the row has more cells than the table has columns.")


def _align(cell: SyntaxTreeNode) -> Align:
    match cell.attrGet("style"):
        case "text-align:right":
            return "right"
        case "text-align:center":
            return "center"
        case _:
            return "left"


def _runs(node: SyntaxTreeNode) -> Runs:
    return tuple(run for inline in node.children for child in inline.children for run in _styled(child))


def _styled(node: SyntaxTreeNode, *, bold: bool = False, italic: bool = False) -> Iterator[Run]:
    match node.type:
        case "text":
            yield from [Run(node.content, bold, italic)] if node.content else []
        case "softbreak":
            yield Run(" ", bold, italic)
        case "hardbreak":
            yield Run("\n", bold, italic)
        case "strong" | "em":
            for child in node.children:
                yield from _styled(child, bold=bold or node.type == "strong", italic=italic or node.type == "em")
        case _:
            raise _unsupported(node)


def _unsupported(node: SyntaxTreeNode, where: str = "") -> UnsupportedMarkdown:
    names = {
        "hr": "a horizontal line",
        "blockquote": "a quotation",
        "code_block": "text indented by four or more spaces",
        "fence": "a code block",
        "code_inline": "code between backticks",
        "link": "a link",
        "image": "an image",
        "table": "a table",
        "heading": "a heading",
        "bullet_list": f"a list more than {DEEPEST_LIST} deep",
        "ordered_list": f"a list more than {DEEPEST_LIST} deep",
    }
    name = names.get(node.type, node.type)
    return UnsupportedMarkdown(f"Line {_line_number(node)}: {name}{where} cannot be shown in an agreement.")


def _line_number(node: SyntaxTreeNode) -> int:
    """The line, counted from 1, on which the block around a node begins."""
    while node.map is None and node.parent is not None:
        node = node.parent
    return node.map[0] + 1 if node.map else 1


def _check_headings(blocks: list[Block]) -> None:
    """Screen readers navigate by headings: none empty, none above `##`, none below `####`, no level skipped."""
    above = TOP_LEVEL - 1
    for heading in (block for block in blocks if isinstance(block, Heading)):
        if not _plain(heading.runs).strip():
            raise UnsupportedMarkdown("A heading is empty.")
        if not TOP_LEVEL <= heading.level <= min(above + 1, DEEPEST_LEVEL):
            raise UnsupportedMarkdown(f"Heading “{_plain(heading.runs)}”: begin with ##, and leave no level out.")
        above = heading.level


def _plain(runs: Runs) -> str:
    return "".join(run.text for run in runs)


@dataclass
class _Page:
    """Renders blocks as HTML; keeps track of the section and counts the tables, to label them."""

    shift: int
    section: str = ""
    tables: int = 0

    def blocks(self, blocks: list[Block]) -> SafeString:
        return format_html_join("\n", "{}", ((self._block(block),) for block in blocks))

    def _block(self, block: Block) -> SafeString:
        match block:
            case Heading(level, runs):
                self.section = _plain(runs)
                return format_html("<h{0}>{1}</h{0}>", level + self.shift, _inline(runs))
            case Table():
                return self._table(block)
            case Paragraph() | ListBlock():
                return _in_list_html(block)

    def _table(self, table: Table) -> SafeString:
        """Put it in a region that scrolls sideways, also by keyboard: on a phone it may be wider than the screen."""
        self.tables += 1
        return format_html(
            '<div class="table-scroll" role="region" tabindex="0" aria-label="{}">'
            "<table><thead>{}</thead><tbody>{}</tbody></table></div>",
            f"Table {self.tables}, {self.section}".removesuffix(", "),
            _row(table.header, table.aligns, '<th scope="col" class="align-{}">{}</th>'),
            format_html_join(
                "", "{}", ((_row(row, table.aligns, '<td class="align-{}">{}</td>'),) for row in table.rows)
            ),
        )


def _in_list_html(block: Paragraph | ListBlock) -> SafeString:
    match block:
        case Paragraph(runs):
            return format_html("<p>{}</p>", _inline(runs))
        case ListBlock(ordered=True, start=start, items=items):
            return format_html('<ol start="{}">{}</ol>', start, _items(items))
        case ListBlock(items=items):
            return format_html("<ul>{}</ul>", _items(items))


def _items(items: tuple[ListItem, ...]) -> SafeString:
    return format_html_join("", "<li>{}</li>", ((_item(item),) for item in items))


def _item(item: ListItem) -> SafeString:
    """Leave out the first paragraph's `<p>`, so that short items stay close together."""
    match item:
        case (Paragraph(runs), *rest):
            return format_html("{}{}", _inline(runs), format_html_join("", "{}", ((_in_list_html(b),) for b in rest)))
        case _:
            return format_html_join("", "{}", ((_in_list_html(block),) for block in item))


def _row(cells: tuple[Runs, ...], aligns: tuple[Align, ...], cell: str) -> SafeString:
    """Align by class: the content security policy allows no style attributes."""
    aligned = ((align, _inline(runs)) for align, runs in zip(aligns, cells, strict=True))
    return format_html("<tr>{}</tr>", format_html_join("", cell, aligned))


def _inline(runs: Runs) -> SafeString:
    return format_html_join("", "{}", ((_run(run),) for run in runs))


def _run(run: Run) -> SafeString:
    text = format_html("<br>{}", "") if run.text == "\n" else format_html("{}", run.text)
    if run.italic:
        text = format_html("<em>{}</em>", text)
    return format_html("<strong>{}</strong>", text) if run.bold else text
