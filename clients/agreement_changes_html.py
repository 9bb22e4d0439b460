"""Show what changed between two texts of the agreement, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clients.agreement_changes import Change, Piece, Section


def changes_html(sections: Iterable[Section], *, heading_level: int = 3) -> SafeString:
    """Render changes: struck through and underlined, and in words for screen readers."""
    return format_html_join("", "{}", ((_section_html(section, heading_level),) for section in sections))


def _section_html(section: Section, level: int) -> SafeString:
    heading = format_html("<h{0}>{1}</h{0}>", level, section.heading) if section.heading else ""
    return format_html("{}{}", heading, format_html_join("", "<p>{}</p>", ((_html(each),) for each in section.changes)))


def _html(change: Change) -> SafeString:
    if [piece.kind for piece in change.pieces] == ["added"]:
        return format_html("<strong>New:</strong> {}", _piece_html(change.pieces[0]))
    if [piece.kind for piece in change.pieces] == ["removed"]:
        return format_html("<strong>Taken out:</strong> {}", _piece_html(change.pieces[0]))
    return format_html_join(" ", "{}", ((_piece_html(piece),) for piece in change.pieces))


def _piece_html(piece: Piece) -> SafeString:
    match piece.kind:
        case "same":
            return format_html("{}", piece.text)
        case "removed":
            return _marked("del", "taken out", piece.text)
        case "added":
            return _marked("ins", "added", piece.text)


def _marked(tag: str, said: str, text: str) -> SafeString:
    """Most screen readers do not announce `del` and `ins`, so hidden words say it."""
    return format_html('<{0}><span class="unseen">[{1}: </span>{2}<span class="unseen">]</span></{0}>', tag, said, text)
