"""Support corrects an address or adds an admin when nobody at the client can (product-rules 3.13)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Agreement, Client, EmailAddress, Signature, User
from clients.models.client import Role
from onboarding.journey.in_hand import NotProven
from onboarding.models import EmailCode, Purpose
from onboarding.proof.email_codes import standing_proof
from onboarding.registering import onboard
from onboarding.registering.outcomes import NeedsApproval, Outcome
from onboarding.signing.sign_agreement import Signed
from onboarding.support import correct_users
from onboarding.support.correct_users import (
    AddressOfAnother,
    AddressOfOtherUser,
    ClientIsGone,
    Corrected,
    CorrectionOutcome,
)
from staff.history import history_of
from staff.models import Staff
from tests.make import make_client, make_first_agreement, make_link, make_partner, make_proof, make_staff, make_user
from tests.onboarding.registration import NOW, registration
from tests.onboarding.signer import ready_link, sign
from tests.onboarding.visitor import Visitor, mailed_code
from tests.race import in_thread, taken_out, wait_until_blocked
from tests.rows import everything

FIRST = Purpose.FIRST_SIGNING
WHY = "She told us on the phone, called back at the number in the register"


@pytest.fixture
def client_of_jane(db: None) -> Client:
    return make_client(name="Acme A/S", admin="jane@acme.test", support_email="office@acme.test")


def sam() -> Staff:
    """From support."""
    return Staff.objects.first() or make_staff("Support")


def jane(client: Client) -> User:
    return client.users.get(role=Role.CREDITOR_ADMIN)


def correct(client: Client, email: str = "jane.doe@acme.test", *, why: str = WHY) -> CorrectionOutcome:
    return correct_users.correct_address(client=client, user=jane(client), new_email=email, by=sam(), why=why)


def add(client: Client, email: str = "ann@acme.test", *, why: str = WHY) -> CorrectionOutcome:
    return correct_users.add_admin(client=client, name="Ann Lee", email=email, by=sam(), why=why)


def addresses(client: Client) -> set[str]:
    return set(client.addresses.values_list("pk", flat=True))


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


racing = pytest.mark.django_db(transaction=True)
UNIQUE = "clients_emailaddress_pkey"
WITHOUT_UNIQUE_ADDRESSES = (
    f"ALTER TABLE clients_emailaddress DROP CONSTRAINT {UNIQUE}",
    f"ALTER TABLE clients_emailaddress ADD CONSTRAINT {UNIQUE} PRIMARY KEY (address)",
)
SHARED = "jane@acme.test"


@pytest.fixture
def _agreement_and_staff(transactional_db: None) -> Agreement:
    sam()
    return Agreement.objects.current() or make_first_agreement()


@pytest.fixture
def _no_lock_on_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.models.client.ClientQuerySet.lock", lambda clients: clients)


def post_clients() -> Outcome:
    """A partner's call for a company where SHARED works."""
    return onboard.onboard_client(partner=make_partner(), registration=registration(), at=NOW)


def holders() -> int:
    """How many clients have the address that both wanted."""
    return EmailAddress.objects.filter(address=SHARED).count()


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_a_call_that_comes_while_its_address_is_given_to_a_client_finds_that_client() -> None:
    client = make_client(admin="old@acme.test")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            correct(client, SHARED)
            call = in_thread(pool, post_clients)
            wait_until_blocked()
        outcome = call.result(timeout=10)

    assert isinstance(outcome, NeedsApproval)
    assert (Client.objects.count(), holders()) == (1, 1)


def _correct_while_a_call_creates_a_client_with_the_address(client: Client) -> CorrectionOutcome:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            post_clients()
            correction = in_thread(pool, lambda: correct(client, SHARED))
            wait_until_blocked()
        return correction.result(timeout=10)


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_a_correction_to_an_address_that_a_call_is_registering_is_refused() -> None:
    client = make_client(admin="old@acme.test")

    outcome = _correct_while_a_call_creates_a_client_with_the_address(client)

    assert outcome == AddressOfAnother()
    assert holders() == 1
    assert jane(client).email == "old@acme.test"


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_without_the_constraint_the_address_would_be_in_two_clients() -> None:
    client = make_client(admin="old@acme.test")

    with taken_out(*WITHOUT_UNIQUE_ADDRESSES):
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            post_clients()
            outcome = in_thread(pool, lambda: correct(client, SHARED)).result(timeout=10)
        found = holders()

    assert isinstance(outcome, Corrected)
    assert found == 2


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_of_two_who_give_one_address_to_two_clients_one_is_refused() -> None:
    one, other = make_client(admin="old@acme.test"), make_client(admin="old@other.test")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = correct(one, SHARED)
            second = in_thread(pool, lambda: add(other, SHARED))
            wait_until_blocked()
        outcomes = [first, second.result(timeout=10)]

    assert outcomes == [Corrected(jane(one)), AddressOfAnother()]
    assert holders() == 1


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_who_signs_while_the_address_is_corrected_must_prove_it_anew() -> None:
    link = ready_link()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            correct(link.client)
            signing = in_thread(pool, lambda: sign(link))
            wait_until_blocked()
        outcome = signing.result(timeout=10)

    assert outcome == NotProven()
    assert not Signature.objects.exists()


@racing
@pytest.mark.usefixtures("_agreement_and_staff", "_no_lock_on_the_client")
def test_without_the_lock_a_proof_that_lapses_would_sign() -> None:
    link = ready_link()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        correct(link.client)
        outcome = in_thread(pool, lambda: sign(link)).result(timeout=10)

    assert isinstance(outcome, Signed)
    assert standing_proof(about=link, purpose=FIRST, browser="mine") is None


@racing
@pytest.mark.usefixtures("_agreement_and_staff")
def test_of_two_who_add_the_same_admin_at_once_one_is_told() -> None:
    client = make_client()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            add(client)
            second = in_thread(pool, lambda: add(client))
            wait_until_blocked()
        outcome = second.result(timeout=10)

    assert isinstance(outcome, AddressOfOtherUser)
    assert client.users.filter(name="Ann Lee").count() == 1
