"""The /clients API: status, headers and body of each outcome."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from clients.models import Client, LinkRequest, ReferralPartnerClientLink, User
from partners.models import ReferralPartner
from tests.cases.bodies import CASE
from tests.make import (
    make_agreement,
    make_client,
    make_link,
    make_partner,
    make_request,
    make_signature,
    registration_body,
)

KNOWN = "An address in this request is known to us from"
SUPPORT = "Please write to support@debitura.example; name the externalTenantId."
OTHERWISE = f"If this is another company, send other addresses of it; plus-addresses will do. {SUPPORT}"
BASE = "https://onboarding.debitura.test"
JANE = {"name": "Jane Ann Doe", "email": "jane@acme.test"}


def user(number: int, **facts: Any) -> dict[str, Any]:
    return {"name": f"User {number}", "email": f"user{number}@acme.test", "isOnboardingUser": number == 0, **facts}


def refused(api: APIClient, body: dict[str, Any]) -> dict[str, list[str]]:
    """The fields of a 400; nothing was created."""
    response = api.post("/clients", body)
    assert (response.status_code, response.json()["error"]) == (400, "ValidationError")
    assert not ReferralPartnerClientLink.objects.exists()
    fields: dict[str, list[str]] = response.json()["validationErrors"]
    return fields


def sign(tenant_id: str = "tenant-1") -> None:
    make_signature(ReferralPartnerClientLink.objects.get(external_tenant_id=tenant_id))


# --- 201 and 202 ------------------------------------------------------------------------------------


def test_a_new_client_is_a_202_with_everything_about_it(api: APIClient) -> None:
    response = api.post("/clients", registration_body())

    link = ReferralPartnerClientLink.objects.get()
    assert response.status_code == 202
    assert "Idempotent-Replayed" not in response.headers
    assert response.json() == {
        "externalTenantId": "tenant-1",
        "onboardingDone": False,
        "onboardingLinks": {"url": f"{BASE}/companydetails/{link.pk}"},
        "agreement": {
            "signedVersion": None,
            "currentVersion": 1,
            "mustSignBy": None,
            "reason": None,
            "signUrl": f"{BASE}/companydetails/{link.pk}",
        },
        "client": {
            "id": str(link.client_id),
            "companyName": "Acme A/S",
            "companyRegistrationNumber": "DK12345678",
            "officeEmail": "office@acme.test",
            "officePhone": "+45 70 00 00 00",
            "country": "Denmark",
            "address": "Nørregade 1",
            "zipCode": "1165",
            "city": "København",
            "state": None,
        },
        "users": [
            {
                "id": User.objects.get().pk,
                "name": "Jane Ann Doe",
                "firstName": "Jane Ann",
                "lastName": "Doe",
                "email": "jane@acme.test",
                "role": "CreditorAdmin",
            }
        ],
        "isAttributedClient": True,
        "referralFeePercentage": 12.5,
        "dateLinked": link.created_at.isoformat().replace("+00:00", "Z"),
        "caseStats": {"casesTotal": 0, "casesClosed": 0, "earningsUsd": 0},
    }


def test_a_signed_client_is_a_201_without_a_url(api: APIClient) -> None:
    first = api.post("/clients", registration_body())
    sign()

    response = api.post("/clients", registration_body())

    assert (response.status_code, response.headers["Idempotent-Replayed"]) == (201, "true")
    agreement = {"signedVersion": 1, "currentVersion": 1, "mustSignBy": None, "reason": None, "signUrl": None}
    ready = {"onboardingDone": True, "agreement": agreement}
    waited = {name: value for name, value in first.json().items() if name != "onboardingLinks"}
    assert response.json() == {**waited, **ready}


def test_a_repeat_is_the_same_answer_marked_as_a_replay(api: APIClient) -> None:
    first = api.post("/clients", registration_body())

    repeat = api.post("/clients", registration_body(name="Renamed A/S", users=[{**JANE, "email": "new@else.test"}]))

    assert (repeat.status_code, repeat.headers["Idempotent-Replayed"]) == (202, "true")
    assert repeat.content == first.content
    assert (Client.objects.count(), User.objects.count()) == (1, 1)


def test_a_newer_material_version_turns_a_201_into_a_202_for_its_upgrade(api: APIClient) -> None:
    api.post("/clients", registration_body())
    sign()
    make_agreement(published_at=timezone.now())

    response = api.post("/clients", registration_body())

    link = ReferralPartnerClientLink.objects.get()
    assert response.status_code == 202
    assert response.json()["onboardingDone"] is False
    assert response.json()["onboardingLinks"] == {"url": f"{BASE}/ContractUpgrade/Sign/{link.pk}"}


@pytest.mark.parametrize(
    "facts", [{"is_material": False, "published_at": timedelta()}, {"published_at": timedelta(days=1)}, {}]
)
def test_a_version_that_need_not_be_signed_by_now_changes_nothing(api: APIClient, facts: dict[str, Any]) -> None:
    """One of wording only, one that is for tomorrow, and a draft."""
    api.post("/clients", registration_body())
    sign()
    make_agreement(**{name: timezone.now() + fact if name == "published_at" else fact for name, fact in facts.items()})

    assert api.post("/clients", registration_body()).status_code == 201


def test_another_company_name_than_the_signed_one_must_sign_again(api: APIClient) -> None:
    api.post("/clients", registration_body())
    sign()
    Client.objects.update(name="Acme Holding A/S")

    response = api.post("/clients", registration_body())

    assert response.status_code == 202
    assert "/ContractUpgrade/Sign/" in response.json()["onboardingLinks"]["url"]


@pytest.mark.parametrize("fee", ["0.00", "0.01", "12.50", "33.33", "100.00"])
def test_the_fee_is_locked_and_written_as_a_number(api: APIClient, fee: str) -> None:
    ReferralPartner.objects.update(fee_percentage=fee)
    first = api.post("/clients", registration_body())
    ReferralPartner.objects.update(fee_percentage=50)

    answers = [first, api.post("/clients", registration_body()), api.get("/clients/tenant-1")]

    assert [answer.json()["referralFeePercentage"] for answer in answers] == [float(fee)] * 3


def test_the_url_comes_from_the_setting_and_never_from_the_request(api: APIClient, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    response = api.post("/clients", registration_body(), headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"})

    assert response.json()["onboardingLinks"]["url"].startswith(f"{BASE}/companydetails/")


def test_two_partners_may_use_the_same_id_for_their_own_clients(api: APIClient, rival_api: APIClient) -> None:
    mine = api.post("/clients", registration_body())
    theirs = rival_api.post(
        "/clients", registration_body(supportEmail="a@b.test", users=[{**JANE, "email": "b@b.test"}])
    )

    assert [mine.status_code, theirs.status_code] == [202, 202]
    assert mine.json()["client"]["id"] != theirs.json()["client"]["id"]


def test_several_users_are_answered_with_the_admin_first(api: APIClient) -> None:
    body = registration_body(users=[user(1), user(0), user(2, isOnboardingUser=None)])
    body["users"][2].pop("isOnboardingUser")

    users = api.post("/clients", body).json()["users"]

    assert [(each["email"], each["role"]) for each in users] == [
        ("user0@acme.test", "CreditorAdmin"),
        ("user1@acme.test", "CreditorUser"),
        ("user2@acme.test", "CreditorUser"),
    ]


@pytest.mark.parametrize("flag", [{}, {"isOnboardingUser": False}, {"isOnboardingUser": True}])
def test_a_single_user_is_the_onboarding_user(api: APIClient, flag: dict[str, bool]) -> None:
    response = api.post("/clients", registration_body(users=[{**JANE, **flag}]))

    assert response.json()["users"][0]["role"] == "CreditorAdmin"


def test_only_what_is_required_is_enough(api: APIClient) -> None:
    client = {"name": "Acme A/S", "country": "DK", "supportEmail": "office@acme.test"}

    response = api.post("/clients", {"externalTenantId": "tenant-1", "client": client, "users": [JANE]})

    assert response.status_code == 202
    assert response.json()["client"] | {"id": None} == {
        "id": None,
        "companyName": "Acme A/S",
        "companyRegistrationNumber": None,
        "officeEmail": "office@acme.test",
        "officePhone": None,
        "country": "Denmark",
        "address": None,
        "zipCode": None,
        "city": None,
        "state": None,
    }


def test_a_name_of_one_word_is_a_last_name(api: APIClient) -> None:
    [jane] = api.post("/clients", registration_body(users=[{**JANE, "name": "Jane"}])).json()["users"]

    assert (jane["firstName"], jane["lastName"]) == ("", "Jane")


@pytest.mark.parametrize("country", ["DK", "dk", "DNK", "Denmark", "DENMARK", " denmark ", "Danmark"])
def test_a_country_is_taken_by_code_or_name_in_any_letter_case(api: APIClient, country: str) -> None:
    assert api.post("/clients", registration_body(country=country)).json()["client"]["country"] == "Denmark"


@pytest.mark.parametrize("cases", [None, []])
def test_no_cases_may_be_sent_in_so_many_words(api: APIClient, cases: list[Any] | None) -> None:
    assert api.post("/clients", {**registration_body(), "cases": cases}).status_code == 202


def test_fifty_users_are_taken(api: APIClient) -> None:
    response = api.post("/clients", registration_body(users=[user(number) for number in range(50)]))

    assert (response.status_code, len(response.json()["users"])) == (202, 50)


# --- 400 --------------------------------------------------------------------------------------------


def test_everything_that_is_missing_is_told_at_once(api: APIClient) -> None:
    required = ["This field is required."]

    assert refused(api, {}) == {"externalTenantId": required, "client": required, "users": required}
    assert refused(api, {"externalTenantId": "t", "client": {}, "users": [{}, {"name": "Jane"}]}) == {
        "client.name": required,
        "client.country": required,
        "client.supportEmail": required,
        "users[0].name": required,
        "users[0].email": required,
        "users[1].email": required,
    }


@pytest.mark.parametrize("users", [[user(1), user(2)], [user(0), user(1, isOnboardingUser=True)]])
def test_of_several_users_exactly_one_is_the_onboarding_user(api: APIClient, users: list[Any]) -> None:
    sentence = "Of several users exactly one has isOnboardingUser true."

    assert refused(api, registration_body(users=users)) == {"users": [sentence]}


@pytest.mark.parametrize("email", ["user0@acme.test", "USER0@ACME.TEST", " user0@acme.test "])
def test_two_users_do_not_share_an_address(api: APIClient, email: str) -> None:
    users = [user(0), user(1), user(2, email=email)]
    sentence = "users[0] and users[2] have the same e-mail address."

    assert refused(api, registration_body(users=users)) == {"users": [sentence]}


def test_a_user_may_have_the_support_address(api: APIClient) -> None:
    assert api.post("/clients", registration_body(supportEmail="JANE@acme.test")).status_code == 202


def test_fifty_one_users_are_too_many(api: APIClient) -> None:
    users = [user(number) for number in range(51)]

    assert refused(api, registration_body(users=users)) == {"users": ["Must hold at most 50."]}


def test_no_users_are_too_few(api: APIClient) -> None:
    assert refused(api, registration_body(users=[])) == {"users": ["Must hold at least 1."]}


def test_more_than_100_cases_are_too_many(api: APIClient) -> None:
    assert refused(api, {**registration_body(), "cases": [CASE] * 101}) == {"cases": ["Must hold at most 100."]}


@pytest.mark.parametrize("cases", [None, []])
def test_no_cases_are_as_good_as_none_sent(api: APIClient, cases: Any) -> None:
    response = api.post("/clients", {**registration_body(), "cases": cases})

    assert response.status_code == 202
    assert "caseResults" not in response.json()


LENGTHS = {
    "name": 200,
    "registrationNumber": 64,
    "address": 500,
    "zipCode": 20,
    "city": 100,
    "state": 100,
    "supportPhone": 32,
}


@pytest.mark.parametrize(("name", "length"), LENGTHS.items())
def test_lengths_are_taken_to_the_last_character_and_not_one_more(api: APIClient, name: str, length: int) -> None:
    too_long = refused(api, registration_body(**{name: "ø" * (length + 1)}))

    assert too_long == {f"client.{name}": [f"At most {length} characters."]}
    assert api.post("/clients", registration_body(**{name: "ø" * length})).status_code == 202


def test_a_users_name_has_200_characters_at_most(api: APIClient) -> None:
    too_long = refused(api, registration_body(users=[{**JANE, "name": "ø" * 201}]))

    assert too_long == {"users[0].name": ["At most 200 characters."]}
    assert api.post("/clients", registration_body(users=[{**JANE, "name": "ø" * 200}])).status_code == 202


def test_addresses_of_254_characters_are_taken(api: APIClient) -> None:
    support, jane = ("a" * 64 + "@" + ".".join([letter * 61] * 3) + ".com" for letter in "bc")

    answer = api.post("/clients", registration_body(supportEmail=support, users=[{**JANE, "email": jane}]))

    assert (len(support), answer.status_code) == (254, 202)


@pytest.mark.parametrize("country", ["XX", "D", "Tyskland", "Korea", "", "45"])
def test_a_country_that_is_none_is_refused(api: APIClient, country: str) -> None:
    assert refused(api, registration_body(country=country)).keys() == {"client.country"}


@pytest.mark.parametrize("tenant_id", ["", "a/b", "a\\b", ".", "..", "a\tb", "x" * 256, None, 7])
def test_a_tenant_id_that_cannot_be_kept_is_refused(api: APIClient, tenant_id: Any) -> None:
    assert refused(api, {**registration_body(), "externalTenantId": tenant_id}).keys() == {"externalTenantId"}


def test_a_repeat_with_a_wrong_body_is_told_what_is_wrong(api: APIClient) -> None:
    """The shape of the body is checked always (product-rules 2.1)."""
    api.post("/clients", registration_body())

    assert api.post("/clients", registration_body(users=[])).status_code == 400


def test_a_repeat_of_what_was_right_stays_right_whatever_became_of_the_client(api: APIClient) -> None:
    api.post("/clients", registration_body())
    User.objects.update(email="moved@acme.test")
    Client.objects.update(name="Renamed A/S", country="SE", withdrawn_at=timezone.now())
    make_client(admin="other@acme.test")

    repeat = api.post("/clients", registration_body(users=[user(0, email="other@acme.test")]))

    assert (repeat.status_code, repeat.headers["Idempotent-Replayed"]) == (202, "true")


def test_query_parameters_are_not_looked_at(api: APIClient) -> None:
    assert api.post("/clients?externalTenantId=other&x=%00", registration_body()).status_code == 202
    assert api.get("/clients/tenant-1?externalTenantId=other").status_code == 200


# --- 409 --------------------------------------------------------------------------------------------


def test_a_company_that_nobody_has_must_approve(api: APIClient) -> None:
    make_client(admin="jane@acme.test")

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    url = f"https://onboarding.debitura.test/LinkApproval/{LinkRequest.objects.get().pk}"
    assert response.json() == {
        "type": "ClientExistsNeedsLinking",
        "message": f"{KNOWN} a company that must approve the link to you first. Hand it the URL in data.",
        "data": {"externalTenantId": "tenant-1", "onboardingLinks": {"url": url}, "isAttributedClient": False},
    }


def test_a_company_that_does_not_know_the_partner_is_for_support(api: APIClient, partner: ReferralPartner) -> None:
    client = make_client(admin="jane@acme.test")
    make_request(partner=partner, client=client, status="Declined", decided_by_user_id=1, is_unknown_to_client=True)

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "ClientExistsNeedsLinking",
        "message": f"{KNOWN} a company that has not approved the link to you. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-1", "isAttributedClient": False},
    }


def test_a_company_of_another_partner_stays_there(api: APIClient) -> None:
    make_link(partner=make_partner(), client=make_client(admin="jane@acme.test"), tenant_id="theirs")

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "AlreadyLinkedToAnotherPartner",
        "message": f"{KNOWN} a company that is linked to another partner. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-1"},
    }


def test_a_company_that_the_partner_has_already_is_named_by_that_id(api: APIClient, partner: ReferralPartner) -> None:
    make_link(partner=partner, client=make_client(admin="jane@acme.test"), tenant_id="tenant-old")

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "AlreadyLinkedDifferentTenant",
        "message": f"{KNOWN} the client in data, which is linked to you. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-old"},
    }


def test_addresses_of_several_companies_are_for_support(api: APIClient) -> None:
    make_client(admin="jane@acme.test")
    make_link(client=make_client(support_email="office@acme.test"))

    response = api.post("/clients", registration_body())

    assert response.status_code == 409
    assert response.json() == {
        "type": "AmbiguousMatch",
        "message": f"{KNOWN} several companies, so that they cannot be told apart. {OTHERWISE}",
        "data": {"externalTenantId": "tenant-1"},
    }


MATCHES: dict[str, dict[str, Any]] = {
    "an admin's by a user's": {"admin": "jane@acme.test"},
    "a user's by a user's": {"colleagues": ("jane@acme.test",)},
    "the support address by a user's": {"support_email": "jane@acme.test"},
    "an admin's by the support address": {"admin": "office@acme.test"},
    "the support address by itself": {"support_email": "office@acme.test"},
    "both": {"admin": "jane@acme.test", "support_email": "office@acme.test"},
    "in another form": {"admin": "JANE@ACME.test"},
}


@pytest.fixture(params=["nobody has it", "another partner has it"])
def make_match(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Make a company with these addresses, linked or not."""

    def make(**addresses: Any) -> None:
        client = make_client(name="Secret Holding", **addresses)
        if request.param == "another partner has it":
            make_link(client=client, tenant_id="secret-tenant")

    return make


@pytest.mark.parametrize("addresses", MATCHES.values(), ids=MATCHES)
def test_a_409_tells_nothing_of_whom_it_found_and_how(
    api: APIClient, make_match: Callable[..., None], addresses: dict[str, Any]
) -> None:
    """The same text, the same statements, whatever matched (product-rules 3.6)."""
    make_match(admin="first@else.test", support_email="jane@acme.test")
    usual, usual_statements = _answer_and_statements(api)
    _forget_matches()
    make_match(**addresses)

    answer, statements = _answer_and_statements(api)

    assert answer == usual
    assert statements == usual_statements
    assert b"ecret" not in answer


def _answer_and_statements(api: APIClient) -> tuple[bytes, list[str]]:
    api.get("/clients/nobody")  # the key's use is noted
    with CaptureQueriesContext(connection) as asked:
        response = api.post("/clients", registration_body())
    assert response.status_code == 409
    said = re.sub(rb"LinkApproval/[0-9a-f-]{36}", b"LinkApproval/id", response.content)
    return said, [re.split(r"WHERE|VALUES|SELECT \* FROM UNNEST| SET ", each)[0] for each in _statements(asked)]


def _forget_matches() -> None:
    LinkRequest.objects.all().supersede()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clients_client SET support_email_key = NULL")
        cursor.execute("DELETE FROM clients_user")
        cursor.execute("DELETE FROM clients_emailaddress")


def test_a_409_about_the_partners_own_client_writes_nothing(api: APIClient, partner: ReferralPartner) -> None:
    client = make_client(admin="jane@acme.test", support_email="office@acme.test")
    make_link(partner=partner, client=client, tenant_id="tenant-old")
    api.get("/clients/nobody")

    with CaptureQueriesContext(connection) as asked:
        api.post("/clients", registration_body())

    assert not [each["sql"] for each in asked if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_addresses_of_a_withdrawn_client_are_gone_and_match_no_more(api: APIClient) -> None:
    make_client(admin="jane@acme.test", withdrawn_at=timezone.now())
    _forget_matches()

    assert api.post("/clients", registration_body()).status_code == 202


# --- GET --------------------------------------------------------------------------------------------


def test_a_client_is_read_as_it_was_answered(api: APIClient) -> None:
    created = api.post("/clients", registration_body())

    read = api.get("/clients/tenant-1")

    assert (read.status_code, read.content) == (200, created.content)
    assert "Idempotent-Replayed" not in read.headers


def test_a_signed_client_is_read_as_done(api: APIClient) -> None:
    api.post("/clients", registration_body())
    sign()

    body = api.get("/clients/tenant-1").json()

    assert (body["onboardingDone"], "onboardingLinks" in body) == (True, False)


def _never_created(partner: ReferralPartner) -> None:
    pass


def _archived(partner: ReferralPartner) -> None:
    make_link(partner=partner, archived_at=timezone.now() + timedelta(seconds=1))


def _anothers(partner: ReferralPartner) -> None:
    make_link(partner=make_partner())


@pytest.mark.parametrize("make", [_never_created, _archived, _anothers])
def test_a_client_that_is_not_the_partners_now_is_a_404_like_any(
    api: APIClient, partner: ReferralPartner, make: Callable[[ReferralPartner], None]
) -> None:
    make(partner)

    response = api.get("/clients/tenant-1")

    assert response.status_code == 404
    assert response.json() == {
        "error": "NotFound",
        "message": "There is nothing here.",
        "businessErrors": [{"type": "NotFound", "message": "There is nothing here.", "solutionUrl": None}],
    }


@pytest.mark.parametrize(
    "tenant_id",
    [
        "a b",
        " a ",
        " a",
        "50%",
        "%2F",
        "a?b",
        "a#b",
        "a+b",
        "a&b=c",
        "ø",
        "株式会社",
        "😀",
        "...",
        ";a",
        "a:b",
        "A" * 255,
    ],
)
def test_any_tenant_id_is_read_under_its_percent_encoded_form(api: APIClient, tenant_id: str) -> None:
    api.post("/clients", registration_body(tenant_id))

    response = api.get("/clients/" + quote(tenant_id, safe=""))

    assert (response.status_code, response.json()["externalTenantId"]) == (200, tenant_id)


@pytest.mark.parametrize("other", ["TENANT-1", " tenant-1", "tenant-1 ", "tenant-1%00"])
def test_tenant_ids_are_compared_as_they_are(api: APIClient, other: str) -> None:
    api.post("/clients", registration_body("tenant-1"))

    assert api.get("/clients/" + quote(other, safe="%")).status_code == 404


# --- What it costs ----------------------------------------------------------------------------------


def _statements(asked: CaptureQueriesContext) -> list[str]:
    """Without what begins and ends transactions."""
    return [
        each["sql"]
        for each in asked
        if not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT"))
    ]


@pytest.mark.parametrize("users", [1, 50])
def test_a_new_client_costs_twelve_statements_at_most(api: APIClient, users: int) -> None:
    body = registration_body(users=[user(number) for number in range(users)])

    with CaptureQueriesContext(connection) as asked:
        assert api.post("/clients", body).status_code == 202

    assert len(_statements(asked)) <= 12


@pytest.mark.parametrize("signed", [False, True])
def test_a_replay_costs_five_statements_at_most_and_takes_no_lock(api: APIClient, signed: bool) -> None:
    make_signed_or_not(api, signed)

    with CaptureQueriesContext(connection) as asked:
        api.post("/clients", registration_body())

    assert len(_statements(asked)) <= 5
    assert "FOR " not in "".join(_statements(asked))
    assert "advisory" not in "".join(_statements(asked))


@pytest.mark.parametrize("signed", [False, True])
def test_a_read_costs_four_statements_at_most(api: APIClient, signed: bool) -> None:
    make_signed_or_not(api, signed)

    with CaptureQueriesContext(connection) as asked:
        api.get("/clients/tenant-1")

    assert len(_statements(asked)) <= 4


def make_signed_or_not(api: APIClient, signed: bool) -> None:
    """A client, with users enough to see whether they are read one by one."""
    api.post("/clients", registration_body(users=[user(number) for number in range(5)]))
    for _ in range(signed):
        sign()


def test_api_requests_touch_no_session(api: APIClient) -> None:
    api.cookies["sessionid"] = "a" * 32

    with CaptureQueriesContext(connection) as asked:
        created = api.post("/clients", registration_body())
        read = api.get("/clients/tenant-1")

    assert not [each["sql"] for each in asked if "session" in each["sql"] or "staff" in each["sql"]]
    assert not hasattr(read.wsgi_request, "session")
    assert (created.cookies, read.cookies) == ({}, {})
