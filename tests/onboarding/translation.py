"""What a browser that translates a page would translate of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import override

# They have no end.
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class _Translated(HTMLParser):
    """Collects the text that is under no `translate="no"`."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._open: list[bool] = [True]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append(self._open[-1] and dict(attrs).get("translate") != "no")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    @override
    def handle_data(self, data: str) -> None:
        if self._open[-1]:
            self.text.append(data)


def translated(html: str) -> str:
    """The text that is not kept from being translated; what stands in fields never is."""
    page = _Translated()
    page.feed(html)
    page.close()
    return " ".join(page.text)


def without_marks_for_translators(html: str) -> str:
    """The page as people read it, sentence by sentence."""
    return re.sub(r'<span translate="no">(.*?)</span>', r"\1", html).replace(' translate="no"', "")
