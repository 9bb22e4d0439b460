"""What is typed about the company and its people, and what is said of it."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clients.models import Client, Signature
from onboarding.journey.steps import Step
from tests.make import make_client
from tests.onboarding.journey.conftest import has_text, shows
from tests.onboarding.visitor import Visitor, company_fields, people_fields


def test_a_row_can_be_added_and_taken_away_without_a_script(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    fields = people_fields(visitor.link, ("Ib Berg", "ib@acme.test"), signs=1)

    added = visitor.post(Step.USERS, **fields, add="1").content.decode()
    removed = visitor.post(Step.USERS, **fields, remove="0").content.decode()

    assert added.count("<fieldset") == 3
    assert "Enter the person" not in added
    assert removed.count("<fieldset") == 1
    assert 'value="Ib Berg"' in removed
    assert "checked" in removed


def test_the_same_address_twice_is_refused_beside_both(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    page = visitor.confirm_people(("Ib Berg", "JANE@acme.test"))

    assert page.content.decode().count("Two people have this address. Each needs one of their own.</p>") == 1
    assert page.content.decode().count("Two people have this address") == 3


@pytest.mark.parametrize("charset", ["rot13", "hex", "unicode_escape", "utf-7"])
def test_a_form_in_another_charset_is_refused(visitor: Visitor, charset: str) -> None:
    kind = f"multipart/form-data; boundary=q; charset={charset}"
    form = b'--q\r\nContent-Disposition: form-data; name="send"\r\n\r\n1\r\n--q--'

    answer = visitor.http.generic("POST", visitor.path(), form, kind)

    assert answer.status_code == 400


def test_a_form_with_a_large_file_is_refused_before_it_is_read(visitor: Visitor) -> None:
    with SimpleUploadedFile("large", b"x" * 1_000_001) as large:
        answer = visitor.http.post(visitor.path(), {"send": "1", "file": large})

    assert answer.status_code == 413


WEIRD = [
    "",
    "\0",
    "\u202eevil",
    "9" * 5000,
    "-1",
    "3",
    "\u0663",
    "1e9",
    "9" * 20,
    "x" * 100_000,
    "\ufdfa" * 200,
    "\u0378" * 9,
]


@pytest.mark.slow
@pytest.mark.parametrize("typed", WEIRD, ids=range(len(WEIRD)))
def test_no_forged_form_is_a_crash(visitor: Visitor, typed: str) -> None:
    unproven = [visitor.post(None, **{field: typed}) for field in ("code", "send", "return_url")]
    visitor.prove()
    company = company_fields(visitor.link)
    companies = [visitor.post(Step.COMPANY, **{**company, field: typed}) for field in company]
    visitor.confirm_company(**company)
    people = {**people_fields(visitor.link), "remove": None, "add": None}
    rows = [visitor.post(Step.USERS, **{**people_fields(visitor.link), field: typed}) for field in people]
    visitor.confirm_people()
    signing = {**visitor.shown(), "full_name": "Jane", "consent": "on"}
    signed = [visitor.post(Step.AGREEMENT, **{**signing, field: typed}) for field in signing]

    assert {page.status_code for page in [*unproven, *companies, *rows, *signed]} <= {200, 400}


def test_a_row_that_was_left_empty_is_a_mistake(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    page = visitor.post(Step.USERS, **{**people_fields(visitor.link), "form-TOTAL_FORMS": "2"})

    assert has_text(page, "Person 2, name: Enter the person’s name.")


def test_somebody_must_sign(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    assert has_text(visitor.confirm_people(signs=7), "Choose who signs the agreement.")


def test_somebody_else_signs_with_a_code_of_their_own(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    told = visitor.confirm_people(("Ann Bell", "ann@acme.test"), signs=1)
    ann = Visitor(visitor.link)

    assert has_text(told, f"https://onboarding.debitura.test{visitor.path()}")
    assert shows(visitor.get(Step.AGREEMENT), None)
    assert shows(ann.prove(), Step.AGREEMENT)
    ann.sign(full_name="Ann Bell")
    assert Signature.objects.get().signer_email == "ann@acme.test"


@pytest.mark.parametrize("step", [Step.COMPANY, Step.USERS])
def test_an_address_of_another_company_is_refused_without_saying_whose(visitor: Visitor, step: Step) -> None:
    make_client(name="Secret Owner A/S", support_email="taken@other.test")
    visitor.prove()
    if_company = company_fields(visitor.link) | {"support_email": "taken@other.test"}
    people = people_fields(visitor.link, ("Ib Berg", "taken@other.test"))
    visitor.confirm_company()

    page = visitor.post(step, **{Step.COMPANY: if_company, Step.USERS: people}[step])

    assert has_text(page, "This address cannot be used here. Please contact support.")
    assert not has_text(page, "Secret Owner")


def test_fifty_people_are_enough(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    crowd = [(f"Person {number}", f"p{number}@acme.test") for number in range(49)]

    full = visitor.post(Step.USERS, **people_fields(visitor.link, *crowd), add="1").content.decode()

    assert full.count("<fieldset") == 50
    assert shows(visitor.confirm_people(*crowd), Step.AGREEMENT)


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("name", "", "Enter the company’s name."),
        ("name", "\u200b", "Enter the company’s name."),
        ("name", "x" * 201, "At most 200 characters"),
        ("name", "two\x07bells", "Control characters"),
        ("country", "XX", "Choose a country from the list."),
        ("support_email", "nobody", "This is not an e-mail address."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_on_top(
    visitor: Visitor, field: str, typed: str, complaint: str
) -> None:
    visitor.prove()

    page = visitor.confirm_company(**{field: typed}).content.decode()

    assert "Please look at this again" in page
    assert re.search(f'<a href="#id_{field}">[^<]*{complaint}', page)
    assert re.search(f'<p class="fault" id="id_{field}_error">[^<]*{complaint}', page)
    assert Client.objects.get().details_confirmed_at is None
