"""Who is calling: one 401 for every key that does not work, before anything of the request is read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from edge.chunked import MAX_BODY
from edge.json_body import StrictJSONParser
from partners.models import ApiKey, ReferralPartner, find_usable_key, is_well_formed, key_hash, make_api_key
from tests.conftest import caller
from tests.make import make_key, make_partner, registration_body
from tests.wire import send

UNKNOWN = "/clients/unknown"


def read(key: str) -> HttpResponse:
    return APIClient(headers={"XApiKey": key}).get(UNKNOWN)


def age(**ago: int) -> None:
    """Make the last use look so long ago."""
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(**ago))


@pytest.fixture
def key(partner: ReferralPartner) -> str:
    return make_key(partner)


def test_a_key_that_works_lets_in(key: str) -> None:
    assert read(key).status_code == 404


def test_two_keys_work_at_once_for_a_change_over(partner: ReferralPartner, key: str) -> None:
    other = make_key(partner, label="next")

    assert [read(key).status_code, read(other).status_code] == [404, 404]


def _revoke(key: ApiKey) -> None:
    key.revoke(at=timezone.now())


def _expire(key: ApiKey) -> None:
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _deactivate(key: ApiKey) -> None:
    ReferralPartner.objects.update(is_active=False)


@pytest.mark.parametrize("close", [_revoke, _expire, _deactivate])
def test_a_key_that_was_closed_is_as_good_as_none(key: str, close: Callable[[ApiKey], None]) -> None:
    without = APIClient().get(UNKNOWN)
    close(ApiKey.objects.get())

    refused = read(key)

    assert refused.status_code == 401
    assert (refused.content, refused.headers["WWW-Authenticate"]) == (without.content, "XApiKey")


def test_a_key_that_expires_later_works_until_then(key: str) -> None:
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(minutes=1))

    assert read(key).status_code == 404


def test_an_inactive_partner_that_is_active_again_calls_with_its_old_key(key: str) -> None:
    ReferralPartner.objects.update(is_active=False)
    refused = read(key)
    ReferralPartner.objects.update(is_active=True)

    assert [refused.status_code, read(key).status_code] == [401, 404]


@pytest.mark.parametrize("change", [str.lower, str.swapcase, lambda key: key[:-1], lambda key: key + "0", "x{}".format])
def test_a_key_that_is_not_quite_right_is_none(key: str, change: Callable[[str], str]) -> None:
    assert read(change(key)).status_code == 401


@pytest.mark.parametrize("given", ["", " ", "ø" * 44, "dk_live_" + "0" * 36, "dk_live_", "'; --", "x" * 10_000])
def test_what_cannot_be_a_key_asks_nothing_of_the_database(db: None, given: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = read(given)

    assert response.status_code == 401
    assert len(asked) == 0


def test_a_well_formed_key_that_nobody_has_is_the_same_401(db: None) -> None:
    assert read(make_api_key(live=True)).content == APIClient().get(UNKNOWN).content


def test_the_401_says_what_is_wrong_in_the_common_body(db: None) -> None:
    message = "The XApiKey header is missing or holds no key that works."

    assert APIClient().get(UNKNOWN).json() == {
        "error": "Unauthorized",
        "message": message,
        "businessErrors": [{"type": "Unauthorized", "message": message, "solutionUrl": None}],
    }


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"not json", "application/json"),
        (b"x" * (MAX_BODY + 1), "application/json"),
        (b"\xff", "text/plain"),
        (b"", ""),
    ],
)
def test_without_a_key_nothing_of_the_body_is_read(
    db: None, monkeypatch: pytest.MonkeyPatch, body: bytes, content_type: str
) -> None:
    monkeypatch.setattr(StrictJSONParser, "parse", lambda *args: pytest.fail("the body was read"))

    response = send(APIClient(), "POST", "/clients", body, content_type)

    assert response.status_code == 401
    assert response.wsgi_request._read_started is False


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "NONSENSE"])
def test_without_a_key_a_method_that_does_not_work_is_a_401_too(db: None, method: str) -> None:
    assert APIClient().generic(method, "/clients").status_code == 401


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key", "ApiKey"])
def test_the_key_counts_in_its_own_header_only(key: str, header: str) -> None:
    assert APIClient(headers={header: key}).get(UNKNOWN).status_code == 401


def test_the_key_counts_not_in_the_address(key: str) -> None:
    assert APIClient().get(UNKNOWN, {"XApiKey": key}).status_code == 401


def test_the_keys_hash_is_compared_in_constant_time(key: str) -> None:
    with patch("partners.authentication.secrets.compare_digest", wraps=secrets.compare_digest) as compare:
        read(key)

    compare.assert_called_once_with(ApiKey.objects.get().hash, key_hash(key))


def test_a_partner_is_found_by_its_own_key(partner: ReferralPartner) -> None:
    rival = make_partner()
    created = caller(rival).post("/clients", registration_body("theirs"))

    assert created.status_code in (201, 202)
    assert caller(partner).get("/clients/theirs").status_code == 404


def test_the_first_use_is_noted(key: str) -> None:
    read(key)

    used = ApiKey.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)


@pytest.mark.parametrize(("ago", "statements"), [({"seconds": 50}, 2), ({"seconds": 61}, 5), ({"days": 3}, 5)])
def test_a_use_is_noted_once_a_minute(key: str, ago: dict[str, int], statements: int) -> None:
    """The key, the link that is not there; and the note, in a transaction of its own, if it is due."""
    age(**ago)

    with CaptureQueriesContext(connection) as asked:
        read(key)

    assert len(asked) == statements


def test_a_note_is_not_written_twice_by_calls_at_the_same_time(key: str) -> None:
    age(minutes=5)
    first, second = ApiKey.objects.get(), ApiKey.objects.get()
    first.note_use()
    noted = ApiKey.objects.get().last_used_at

    second.note_use()

    assert ApiKey.objects.get().last_used_at == noted


def test_a_key_that_is_refused_was_not_used(key: str) -> None:
    ReferralPartner.objects.update(is_active=False)

    read(key)

    assert ApiKey.objects.get().last_used_at is None


def test_a_key_is_kept_only_as_its_hash(key: str) -> None:
    kept = ApiKey.objects.values().get()

    assert key not in str(kept)
    assert kept["prefix"] == key[:12]


@pytest.mark.parametrize("live", [True, False])
def test_a_made_key_is_well_formed_and_a_typing_error_is_not(live: bool) -> None:
    key = make_api_key(live=live)
    other = "A" if key[20] != "A" else "B"

    assert is_well_formed(key)
    assert not is_well_formed(key[:20] + other + key[21:])


def test_the_logo_is_loaded_only_when_it_is_asked_for(partner: ReferralPartner, key: str) -> None:
    ReferralPartner.objects.update(logo="data:image/png;base64,AAAA")
    found = find_usable_key(key_hash(key))
    assert found is not None

    assert found.partner.get_deferred_fields() == {"logo"}
    assert found.partner.logo == "data:image/png;base64,AAAA"
