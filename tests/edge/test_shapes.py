"""Shapes on the wire: what each kind of text takes, and how what it refuses is told."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field

from edge.errors import ApiError
from edge.kinds_of_text import Email, ExternalTenantId, Line, OptionalLine
from edge.shapes import Shape, read

REQUIRED = ["This field is required."]
UNKNOWN = ["Unknown property."]
CONTROLS = ["Control characters are not allowed."]
NO_ADDRESS = ["This is not an e-mail address."]
NOT_IN_A_PATH = [
    "Stands in paths, so it may not hold /, \\, control or unseen characters, nor be ., .. or blanks alone."
]


class Person(Shape):
    full_name: Annotated[str, Line(20)]
    nick_name: Annotated[str, OptionalLine(10)] = ""
    is_admin: bool = False


class Team(Shape):
    people: Annotated[list[Person], Field(min_length=1, max_length=2)]


class Contact(Shape):
    email: Email


class Tenant(Shape):
    id: ExternalTenantId


def refused(shape: type[Shape], sent: object) -> dict[str, list[str]]:
    with pytest.raises(ApiError) as refusal:
        read(shape, sent)
    assert (refusal.value.status, refusal.value.error) == (400, "ValidationError")
    return dict(refusal.value.fields or {})


@pytest.mark.parametrize("name", ["fullName", "FullName", "FULLNAME", "fullname"])
def test_a_property_is_known_in_any_letter_case(name: str) -> None:
    assert read(Person, {name: "Jane Doe"}).full_name == "Jane Doe"


@pytest.mark.parametrize("name", ["full_name", "full-name", "fullName ", "name", "", "__class__"])
def test_an_unknown_property_is_refused_under_its_own_name(name: str) -> None:
    assert refused(Person, {"fullName": "Jane", name: 1}) == {name or '""': UNKNOWN}


def test_everything_wrong_is_named_by_its_path_at_once() -> None:
    sent = {"people": [{"nickName": 1, "isAdmin": "true"}, {"FullName": " ", "age": 7}], "name": "A"}

    assert refused(Team, sent) == {
        "people[0].fullName": REQUIRED,
        "people[0].nickName": ["Must be a string."],
        "people[0].isAdmin": ["Must be true or false."],
        "people[1].fullName": ["This field may not be blank."],
        "people[1].age": UNKNOWN,
        "name": UNKNOWN,
    }


@pytest.mark.parametrize("sent", [[], "text", 1, True, None, [{"people": []}]])
def test_a_body_that_is_no_object_is_refused_as_a_whole(sent: Any) -> None:
    assert refused(Team, sent) == {"body": ["Must be an object."]}


@pytest.mark.parametrize("sent", [1, None, {}, "people"])
def test_what_is_no_list_is_refused(sent: Any) -> None:
    assert refused(Team, {"people": sent}) == {"people": ["Must be a list."]}


def test_a_list_has_its_limits() -> None:
    jane = {"fullName": "Jane Doe"}

    assert len(read(Team, {"people": [jane, jane]}).people) == 2
    assert refused(Team, {"people": []}) == {"people": ["Must hold at least 1."]}
    assert refused(Team, {"people": [jane, jane, jane]}) == {"people": ["Must hold at most 2."]}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Jane \u00a0 Doe  ", "Jane Doe"),
        ("Mu\u0308ller", "M\u00fcller"),
        ("株式会社", "株式会社"),
        ('Søn <b>#1</b> "A/S"', 'Søn <b>#1</b> "A/S"'),
        ("👩\u200d💻 Ltd", "👩\u200d💻 Ltd"),
        ("x" * 20, "x" * 20),
        (" " * 30 + "u\u0308" * 20, "\u00fc" * 20),
    ],
)
def test_a_line_is_kept_trimmed_and_in_one_form(sent: str, kept: str) -> None:
    assert read(Person, {"fullName": sent}).full_name == kept


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("x" * 21, ["At most 20 characters."]),
        ("", ["This field may not be blank."]),
        (" \u00a0\u200b\u2060", ["This field may not be blank."]),
        ("Jane \x7f", CONTROLS),
        ("Jane\x00", CONTROLS),
        ("\x1b[1mJane", CONTROLS),
        ("Jane\x1c", CONTROLS),
        ("Jane\u0086", CONTROLS),
        ("Z" + "\u0301" * 31, ["Holds a letter with too many marks on it."]),
        ("Z" + "\u0f73" * 31, ["Holds a letter with too many marks on it."]),
        ("Z" + "\U0001d165" * 31, ["Holds a letter with too many marks on it."]),
        ("Jane \U00016fff", ["Holds a character that is not assigned in Unicode."]),
        (None, ["Must be a string."]),
        (7, ["Must be a string."]),
    ],
)
def test_what_is_no_line_that_says_something_is_refused(sent: Any, sentence: list[str]) -> None:
    assert refused(Person, {"fullName": sent}) == {"fullName": sentence}


@pytest.mark.parametrize("sent", [None, "", "  ", "\u200b"])
def test_an_optional_line_may_be_nothing(sent: Any) -> None:
    assert read(Person, {"fullName": "Jane", "nickName": sent}).nick_name == ""


@pytest.mark.parametrize(("sent", "sentence"), [("x" * 11, ["At most 10 characters."]), ("a\x07b", CONTROLS)])
def test_an_optional_line_is_a_line_if_anything(sent: str, sentence: list[str]) -> None:
    assert refused(Person, {"fullName": "Jane", "nickName": sent}) == {"nickName": sentence}


@pytest.mark.parametrize(
    "address",
    [
        "jane@acme.test",
        "Jane.Doe+invoices@Mail.Acme.EXAMPLE",
        "jane@bücher.test",
        "o'brien@acme.test",
        "a" * 64 + "@" + ".".join(["d" * 61] * 3) + ".co",
    ],
)
def test_an_address_is_kept_as_sent(address: str) -> None:
    assert read(Contact, {"email": f" {address} "}).email == address


@pytest.mark.parametrize("address", ["søren@acme.test", "ｊａｎｅ@acme.test"])
def test_an_address_that_no_mail_can_be_sent_to_is_refused(address: str) -> None:
    with pytest.raises(ApiError):
        read(Contact, {"email": address})


def test_the_longest_address_has_254_characters() -> None:
    longest = "a" * 64 + "@" + ".".join(["d" * 61] * 3) + ".com"

    assert len(read(Contact, {"email": longest}).email) == 254
    assert refused(Contact, {"email": longest + "m"}) == {"email": ["At most 254 characters."]}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jane",
        "jane@",
        "@acme.test",
        "jane@acme",
        "jane@localhost",
        "jane@acme..test",
        "jane doe@acme.test",
        "jane@acme.test, joe@acme.test",
        "Jane <jane@acme.test>",
        "jane@[127.0.0.1]",
        "jane\n@acme.test",
        "jane@acme.test\r\nBcc: joe@acme.test",
        '"jane"@acme.test',
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert refused(Contact, {"email": address}) == {"email": NO_ADDRESS}


@pytest.mark.parametrize(
    "id",
    [" a ", "A", "...", ".a", "a b", "50%", "a?b#c", "ø", "株", "😀", "a" * 255, "😀" * 255, "a\u00a0b", "%2F"],
)
def test_a_tenant_id_is_kept_as_sent(id: str) -> None:
    assert read(Tenant, {"id": id}).id == id


@pytest.mark.parametrize(
    "id",
    ["/", "a/b", "a\\b", ".", "..", "a\nb", "a\n", "\x01", "\x7f", "\x9f", " ", "\u00a0", " \u3000"]
    + ["a" + unseen for unseen in "\ufeff\u200b\u00ad\u200e\u202e\u2028\u2029\u2060\ufe0f\u034f\u115f\u3164\u2800"],
)
def test_a_tenant_id_that_cannot_stand_in_a_path_is_told_so(id: str) -> None:
    assert refused(Tenant, {"id": id}) == {"id": NOT_IN_A_PATH}


@pytest.mark.parametrize("id", ["", "a" * 256])
def test_a_tenant_id_has_1_to_255_characters(id: str) -> None:
    assert refused(Tenant, {"id": id}) == {"id": ["Must have 1 to 255 characters."]}


def test_a_tenant_id_is_no_number() -> None:
    assert refused(Tenant, {"id": 4711}) == {"id": ["Must be a string."]}


def test_never_more_than_500_errors_are_told() -> None:
    assert len(refused(Team, {f"unknown{number}": 1 for number in range(2000)})) == 500
