"""Support at the admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from clients.models import Client
from tests.make import make_client
from tests.staff.conftest import colleague

__all__ = ["colleague"]


@pytest.fixture
def support(colleague: Callable[[str], Browser]) -> Browser:
    """Somebody from support, signed in."""
    return colleague("Support")


@pytest.fixture
def client_of_jane(db: None) -> Client:
    return make_client(name="Acme A/S", admin="jane@acme.test", support_email="office@acme.test")
