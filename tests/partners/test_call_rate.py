"""How often a key may call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from pytest_django.fixtures import Settings
from rest_framework.request import Request
from rest_framework.test import APIClient

from clients.models import Agreement
from edge.operation import Operation
from partners import call_rate
from partners.authentication import IsPartner
from partners.models import ReferralPartner
from tests.conftest import caller
from tests.make import make_partner
from tests.race import in_thread
from tests.wire import assert_error

HELD = Event()
REACHED = Event()


class Slow(Operation):
    """An operation that answers when it is let."""

    permission_classes = [IsPartner]

    def get(self, request: Request) -> HttpResponse:
        """Wait."""
        REACHED.set()
        HELD.wait(timeout=10)
        return HttpResponse()


class Crash(Operation):
    """An operation that never answers."""

    permission_classes = [IsPartner]

    def get(self, request: Request) -> HttpResponse:
        """Crash."""
        raise ZeroDivisionError


class Stream(Operation):
    """An operation whose answer takes its time."""

    permission_classes = [IsPartner]

    def get(self, request: Request) -> StreamingHttpResponse:
        """Stream."""
        return StreamingHttpResponse(iter([b"a", b"b"]))


urlpatterns = [
    path("cases/slow", Slow.as_view()),
    path("cases/crash", Crash.as_view()),
    path("cases/stream", Stream.as_view()),
]


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _nobody_has_called() -> None:
    call_rate._calls.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that calls are counted by."""
    clock = Clock()
    monkeypatch.setattr(call_rate, "monotonic", clock)
    monkeypatch.setattr(call_rate.Calls, "__init__", call_rate.Calls.__init__)
    return clock


def statuses(api: APIClient, times: int, path: str = "/clients") -> list[int]:
    return [api.get(path).status_code for _ in range(times)]


def test_a_burst_is_let_through_and_then_a_key_must_wait(api: APIClient, settings: Settings, clock: Clock) -> None:
    settings.CALLS_A_SECOND = 2

    assert statuses(api, 5) == [200, 200, 200, 200, 429]
    refused = api.get("/clients")
    assert assert_error(refused, 429, "RateLimited")["message"] == "Too many requests. Try again in 1 seconds."
    assert refused.headers["Retry-After"] == "1"


def test_a_key_that_has_waited_may_call_again(api: APIClient, settings: Settings, clock: Clock) -> None:
    settings.CALLS_A_SECOND = 2
    statuses(api, 4)

    clock.now += 1
    assert statuses(api, 3) == [200, 200, 429]
    clock.now += 3600
    assert statuses(api, 5) == [200, 200, 200, 200, 429]


def test_one_partners_haste_takes_nothing_from_another(
    api: APIClient, rival_api: APIClient, settings: Settings, clock: Clock
) -> None:
    settings.CALLS_A_SECOND = 1

    assert (statuses(api, 3), statuses(rival_api, 2)) == ([200, 200, 429], [200, 200])


def test_two_keys_of_a_partner_are_counted_apart(
    partner: ReferralPartner, agreement: Agreement, settings: Settings, clock: Clock
) -> None:
    settings.CALLS_A_SECOND = 1

    assert [statuses(caller(partner), 3) for _ in range(2)] == [[200, 200, 429], [200, 200, 429]]


def test_a_limit_of_zero_is_none(api: APIClient, settings: Settings, clock: Clock) -> None:
    settings.CALLS_A_SECOND = settings.CALLS_AT_ONCE = 0

    assert set(statuses(api, 30)) == {200}


def test_the_body_of_a_call_too_many_is_not_read(api: APIClient, settings: Settings, clock: Clock) -> None:
    settings.CALLS_A_SECOND = 1
    statuses(api, 2)

    refused = api.generic("POST", "/clients", "{]", content_type="application/json")

    assert_error(refused, 429, "RateLimited")


def test_a_key_that_does_not_work_is_told_so_however_often_it_calls(db: None, settings: Settings) -> None:
    settings.CALLS_A_SECOND = 1

    assert set(statuses(APIClient(), 9)) == {401}
    assert not call_rate._calls


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("transactional_db")
def test_a_key_has_only_so_many_calls_at_once(settings: Settings) -> None:
    settings.CALLS_AT_ONCE = 1
    api, other = caller(partner := make_partner()), caller(make_partner(name="Other ApS"))
    HELD.clear()
    REACHED.clear()

    with ThreadPoolExecutor(1) as pool:
        first = in_thread(pool, lambda: api.get("/cases/slow").status_code)
        REACHED.wait(timeout=10)
        refused = caller(partner)
        meanwhile = [api.get("/cases/crash"), refused.get("/cases/crash"), other.get("/cases/crash")]
        HELD.set()

    assert [answer.status_code for answer in meanwhile] == [429, 500, 500]
    assert meanwhile[0].headers["Retry-After"] == "1"
    assert (first.result(), api.get("/cases/slow").status_code) == (200, 200)


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_a_key_waits_for_its_share_of_the_connections_and_another_does_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "SHARED_CONNECTIONS", 2)
    monkeypatch.setattr(call_rate, "LONGEST_WAIT", 0.2)
    HELD.clear()
    REACHED.clear()
    one, other = caller(make_partner()), caller(make_partner(name="Another", short_name="Another"))

    with ThreadPoolExecutor() as pool:
        first = in_thread(pool, lambda: one.get("/cases/slow"))
        REACHED.wait(timeout=10)
        second = one.get("/cases/slow")
        others = in_thread(pool, lambda: other.get("/cases/slow"))
        HELD.set()

    assert (first.result().status_code, others.result().status_code) == (200, 200)
    assert_error(second, 429, "RateLimited")
    assert one.get("/cases/slow").status_code == 200


@pytest.mark.urls(__name__)
def test_a_call_that_crashed_is_over(api: APIClient, settings: Settings) -> None:
    settings.CALLS_AT_ONCE = 1

    assert statuses(api, 3, "/cases/crash") == [500, 500, 500]


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("transactional_db")
def test_a_stream_is_over_when_it_has_been_sent_or_broken_off(settings: Settings) -> None:
    settings.CALLS_AT_ONCE = 1
    api = caller(make_partner())
    whole: Any = api.get("/cases/stream")
    meanwhile = api.get("/cases/stream").status_code
    sent = b"".join(whole.streaming_content)
    whole.close()
    broken_off = api.get("/cases/stream")
    broken_off.close()

    assert (meanwhile, sent, broken_off.status_code) == (429, b"ab", 200)
    assert statuses(api, 1, "/cases/stream") == [200]
