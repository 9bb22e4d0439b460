"""Support at the admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from tests.staff.conftest import colleague

__all__ = ["colleague"]


@pytest.fixture
def support(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from support, signed in."""
    return colleague("Support")
