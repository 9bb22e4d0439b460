"""Operations at the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from tests.staff.conftest import colleague

__all__ = ["colleague"]

COVERAGE = "/admin/cases/coverage/"


@pytest.fixture
def olga(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from operations, signed in."""
    return colleague("Operations")


def says(answer: Any) -> str:
    text: str = answer.content.decode()
    return text
