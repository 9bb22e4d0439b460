"""Support and legal at the admin, and a draft of the agreement."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Agreement
from tests.make import make_agreement
from tests.staff.conftest import colleague

__all__ = ["colleague"]

WHY = "Agreed by the board"
LIST = "/admin/clients/agreement/"


@pytest.fixture
def support(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from support, signed in."""
    return colleague("Support")


@pytest.fixture
def legal(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from legal, signed in."""
    return colleague("Legal")


@pytest.fixture
def draft(agreement: Agreement) -> Agreement:
    """A second version that nobody but legal may know of."""
    return make_agreement(number=2, title="The quiet draft", summary_of_changes="We take less.")


def page(agreement: Agreement, name: str = "change") -> str:
    return f"{LIST}{agreement.pk}/{name}/"


def written(**changes: str) -> dict[str, str]:
    """The form of a draft."""
    form = {"number": "2", "title": "SDCA", "summary_of_changes": "Less.", "text": "## 1. Scope\n\nAll."}
    return {**form, "is_material": "on", **changes}


def shown(browser: Browser, agreement: Agreement) -> str:
    """What the page that publishes carries in its form."""
    found = re.search(r'name="shown" value="(\w+)"', browser.get(page(agreement, "publish")).content.decode())
    assert found
    return found[1]


def publish(browser: Browser, agreement: Agreement, **changes: str) -> Any:
    """Read the page that publishes, and send its form."""
    form = {"why": WHY, "shown": shown(browser, agreement), **changes}
    return browser.post(page(agreement, "publish"), form, follow=True)
