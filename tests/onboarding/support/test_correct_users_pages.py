"""The pages on which support corrects an address or adds an admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from clients.models import Client
from clients.models.client import Role
from tests.make import make_client
from tests.onboarding.support.corrections import WHY, jane
from tests.rows import everything


def correct_page(client: Client) -> str:
    return f"/admin/clients/client/{client.pk}/users/{jane(client).pk}/address/"


def add_page(client: Client) -> str:
    return f"/admin/clients/client/{client.pk}/add-admin/"


def form(email: str = "jane.doe@acme.test", **changes: str) -> dict[str, str]:
    return {"name": "Ann Lee", "email": email, "why": WHY, **changes}


def test_support_corrects_an_address(support: Browser, client_of_jane: Client) -> None:
    answer = support.post(correct_page(client_of_jane), form(), follow=True)

    assert "Codes go to the new address from now on." in answer.content.decode()
    assert jane(client_of_jane).email == "jane.doe@acme.test"


def test_support_adds_an_admin(support: Browser, client_of_jane: Client) -> None:
    support.post(add_page(client_of_jane), form("ann@acme.test"))

    assert client_of_jane.users.get(email="ann@acme.test").role == Role.CREDITOR_ADMIN


@pytest.mark.parametrize("where", [correct_page, add_page])
def test_another_clients_address_is_refused_without_saying_whose(
    support: Browser, client_of_jane: Client, where: Callable[[Client], str]
) -> None:
    other = make_client(name="Zyxwvut Holding", admin="ib@other.test")
    before = everything()

    answer = support.post(where(client_of_jane), form("ib@other.test"))

    assert "belongs to another client" in answer.content.decode()
    assert other.name not in answer.content.decode()
    assert str(other.pk) not in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize("where", [correct_page, add_page])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"why": ""}, "why"),
        ({"why": "  "}, "why"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a@acme.test\nb@acme.test"}, "email"),
    ],
)
def test_what_is_missing_is_named_at_its_field(
    support: Browser, client_of_jane: Client, where: Callable[[Client], str], changes: dict[str, str], field: str
) -> None:
    before = everything()

    answer = support.post(where(client_of_jane), {**form(), **changes})

    assert list(answer.context["form"].errors) == [field]
    assert everything() == before


@pytest.mark.parametrize("name", ["", " ", "\u200b", "a\u0000b"])
def test_an_admin_has_a_name(support: Browser, client_of_jane: Client, name: str) -> None:
    answer = support.post(add_page(client_of_jane), form("ann@acme.test", name=name))

    assert list(answer.context["form"].errors) == ["name"]


@pytest.mark.parametrize("role", ["Legal", "Partner managers", "Operations", "nobody"])
@pytest.mark.parametrize("where", [correct_page, add_page])
def test_a_forged_form_corrects_nothing(
    colleague: Callable[[str], Browser], client_of_jane: Client, role: str, where: Callable[[Client], str]
) -> None:
    browser = colleague(role)
    before = everything()

    answer = browser.post(where(client_of_jane), form())

    assert answer.status_code == 403
    assert everything() == before


def test_a_user_is_corrected_on_the_page_of_its_own_client_alone(support: Browser, client_of_jane: Client) -> None:
    other = make_client()

    answer = support.post(f"/admin/clients/client/{other.pk}/users/{jane(client_of_jane).pk}/address/", form())

    assert answer.status_code == 404
