"""Support corrects an address or adds an admin when nobody at the client can (product-rules 3.13)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from clients.models import Agreement, Client
from clients.models.client import Role
from onboarding.models import EmailCode
from onboarding.proof.email_codes import standing_proof
from onboarding.support.correct_users import (
    AddressOfAnother,
    AddressOfOtherUser,
    ClientIsGone,
    Corrected,
    CorrectionOutcome,
)
from staff.history import history_of
from tests.make import make_client, make_link, make_proof, make_user
from tests.onboarding.support.corrections import FIRST, WHY, add, addresses, correct, jane
from tests.onboarding.visitor import Visitor, mailed_code


def test_the_address_is_corrected_and_the_old_one_is_let_go(client_of_jane: Client) -> None:
    outcome = correct(client_of_jane, " Jane.Doe@ACME.test ")

    user = jane(client_of_jane)
    assert outcome == Corrected(user)
    assert (user.email, user.email_key) == ("Jane.Doe@ACME.test", "jane.doe@acme.test")
    assert addresses(client_of_jane) == {"jane.doe@acme.test", "office@acme.test"}


def test_the_next_code_goes_to_the_corrected_address(client_of_jane: Client, agreement: Agreement) -> None:
    visitor = Visitor(make_link(client=client_of_jane))
    correct(client_of_jane)

    visitor.prove()

    assert EmailCode.objects.proofs().get().address == "jane.doe@acme.test"


def test_an_address_that_the_company_itself_has_is_kept(db: None) -> None:
    client = make_client(admin="office@acme.test", support_email="office@acme.test")

    correct(client)

    assert addresses(client) == {"jane.doe@acme.test", "office@acme.test"}


def test_an_added_admin_can_sign(client_of_jane: Client, agreement: Agreement) -> None:
    outcome = add(client_of_jane)

    ann = client_of_jane.users.get(name="Ann Lee")
    assert outcome == Corrected(ann)
    assert (ann.role, ann.email) == (Role.CREDITOR_ADMIN, "ann@acme.test")
    assert "ann@acme.test" in addresses(client_of_jane)


def test_the_decision_is_in_the_history_without_an_address(client_of_jane: Client) -> None:
    correct(client_of_jane)
    add(client_of_jane)

    happened = history_of(client_of_jane)
    said = {(each.who, each.what, each.why) for each in happened}
    assert said == {
        ("Sam Staff", f"Corrected the address of user {jane_id(client_of_jane)}", WHY),
        ("Sam Staff", "Added an admin", WHY),
    }
    assert "@" not in str(happened)


def jane_id(client: Client) -> int:
    return client.users.get(name="Jane Ann Doe").pk


@pytest.mark.parametrize("act", [correct, add])
def test_proofs_of_the_client_lapse(client_of_jane: Client, act: Callable[[Client], CorrectionOutcome]) -> None:
    link = make_link(client=client_of_jane)
    make_proof(link, browser="mine")
    before = standing_proof(about=link, purpose=FIRST, browser="mine")

    act(client_of_jane)

    assert before is not None
    assert standing_proof(about=link, purpose=FIRST, browser="mine") is None


@pytest.mark.parametrize("act", [correct, add])
def test_a_code_that_is_under_way_lapses(
    client_of_jane: Client, agreement: Agreement, act: Callable[[Client], CorrectionOutcome]
) -> None:
    visitor = Visitor(make_link(client=client_of_jane))
    visitor.post(None, send="first")
    code = mailed_code()

    act(client_of_jane)
    visitor.post(code=code)

    assert not EmailCode.objects.proofs().exists()


def test_proofs_of_other_clients_stand(client_of_jane: Client) -> None:
    other = make_link()
    make_proof(other, browser="mine")

    correct(client_of_jane)

    assert standing_proof(about=other, purpose=FIRST, browser="mine") is not None


@pytest.mark.parametrize("act", [correct, add])
@pytest.mark.parametrize("typed", ["ib@other.test", "IB@Other.test", "ib@bücher.test"])
def test_the_address_of_another_client_is_refused(
    client_of_jane: Client, act: Callable[..., CorrectionOutcome], typed: str
) -> None:
    make_client(admin=typed)
    link = make_link(client=client_of_jane)
    make_proof(link, browser="mine")

    outcome = act(client_of_jane, typed.upper() if typed.isascii() else typed)

    assert outcome == AddressOfAnother()
    assert addresses(client_of_jane) == {"jane@acme.test", "office@acme.test"}
    assert client_of_jane.users.count() == 1
    assert standing_proof(about=link, purpose=FIRST, browser="mine") is not None


def test_the_address_of_a_colleague_is_refused_and_named(client_of_jane: Client) -> None:
    ib = make_user(client_of_jane, email="ib@acme.test")

    assert correct(client_of_jane, "IB@acme.test") == AddressOfOtherUser(ib)
    assert add(client_of_jane, "ib@acme.test") == AddressOfOtherUser(ib)
    assert jane(client_of_jane).email == "jane@acme.test"


def test_the_companys_own_address_may_be_a_users(client_of_jane: Client) -> None:
    assert correct(client_of_jane, "office@acme.test") == Corrected(jane(client_of_jane))
    assert addresses(client_of_jane) == {"office@acme.test"}


def test_an_admin_added_twice_is_added_once(client_of_jane: Client) -> None:
    add(client_of_jane)

    assert isinstance(add(client_of_jane), AddressOfOtherUser)
    assert client_of_jane.users.filter(name="Ann Lee").count() == 1


@pytest.mark.parametrize("gone", ["withdrawn_at", "erased_at"])
@pytest.mark.parametrize("act", [correct, add])
def test_a_client_that_is_gone_gets_no_address(
    client_of_jane: Client, act: Callable[[Client], CorrectionOutcome], gone: str
) -> None:
    Client.objects.update(**{gone: timezone.now()})

    assert act(client_of_jane) == ClientIsGone()
    assert addresses(client_of_jane) == {"jane@acme.test", "office@acme.test"}


@pytest.mark.parametrize("act", [correct, add])
def test_without_a_reason_nothing_is_corrected(client_of_jane: Client, act: Callable[..., CorrectionOutcome]) -> None:
    with pytest.raises(ValueError, match="has a reason"):
        act(client_of_jane, why=" ")

    assert addresses(client_of_jane) == {"jane@acme.test", "office@acme.test"}
    assert client_of_jane.users.count() == 1
