"""Looking at a page changes nothing, and a page leads nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from clients.models import Signature
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import Step
from onboarding.models import Purpose
from tests.onboarding.journey.conftest import BACK, ENDINGS
from tests.onboarding.visitor import Visitor
from tests.rows import everything

type Seen = int | str

# How far somebody came, and what each of ENDINGS answers on the first signing: a status, or the ending it leads to.
SEEN: list[tuple[Callable[[Visitor], Any], list[Seen]]] = [
    (Visitor.prove, ["/company", 200, "/company", "/company", "/company", 200, "", 404]),
    (Visitor.come_to_the_agreement, ["/agreement", 200, 200, 200, "/agreement", 200, "", 404]),
    (Visitor.go_all_the_way, ["/done", "/done", "/done", "/done", 200, 200, "", 200]),
]
# The same on the upgrade, for which nothing was proven.
UNPROVEN: list[Seen] = [200, "", "", "", "", 200, 200, ""]


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize(("come_to", "seen"), SEEN)
def test_looking_three_times_changes_no_row(
    visitor: Visitor, method: str, come_to: Callable[[Visitor], Any], seen: list[Seen]
) -> None:
    come_to(visitor)
    first, upgrade = (page_path(visitor.link, purpose) for purpose in (Purpose.FIRST_SIGNING, Purpose.UPGRADE))
    ids = [*Signature.objects.values_list("pk", flat=True), uuid4()]
    paths = [start + ending.format(signature=ids[0]) for start in (first, upgrade) for ending in ENDINGS]
    expected = [*answers_from(first, seen), *answers_from(upgrade, UNPROVEN)]
    look = getattr(visitor.http, method)
    before = everything()

    answers = [look(path, {"returnUrl": BACK}) for path in paths * 3]

    assert everything() == before
    told = [answer.headers.get("Location", answer.status_code) for answer in answers]
    assert told == {"options": [405] * len(paths)}.get(method, expected) * 3


def answers_from(start: str, seen: list[Seen]) -> list[Seen]:
    return [start + each if isinstance(each, str) else each for each in seen]


def test_pages_are_kept_out_of_caches_and_search_engines(visitor: Visitor) -> None:
    visitor.prove()

    headers = visitor.get(Step.COMPANY).headers

    assert "no-store" in headers["Cache-Control"]
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_pages_name_nothing_foreign_and_no_script(visitor: Visitor) -> None:
    first = visitor.get()
    visitor.come_to_the_agreement()
    steps = [visitor.get(step) for step in (Step.COMPANY, Step.USERS, Step.AGREEMENT)]

    html = "".join(page.content.decode() for page in (first, *steps, visitor.sign()))

    assert html.count("</html>") == 5
    assert "<script" not in html
    assert " style=" not in html
    assert not re.search(r'(src|href|action)="(https?:)?//', html)
