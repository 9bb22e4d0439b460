"""Crashes and outages, a few rounds of each; `make chaos` does a hundred."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos.callers import Crowd, tally
from tests.chaos.rounds import kill, kill_amid_mails
from tests.chaos.world import KINDS, World, world
from tests.server import Answer

pytestmark = pytest.mark.slow

ROUNDS = 3


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("chaos")) as there:
        yield there


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_killed_nothing_acknowledged_is_lost_and_nothing_half_written(there: World, kind: str) -> None:
    result = kill(there, kind, rounds=ROUNDS)

    assert (result.tally.lost, result.tally.half_written, result.tally.twice) == (0, 0, 0)
    assert result.tally.acknowledged == result.tally.calls
    assert result.tally.other_faults == {}


def test_a_worker_that_is_killed_amid_a_mail_loses_none(there: World) -> None:
    mails = kill_amid_mails(there, rounds=ROUNDS)

    assert mails.never_came == []


def test_while_the_database_is_frozen_no_call_takes_longer_than_five_seconds(there: World) -> None:
    """And the process says all the while that it is alive."""
    crowd = Crowd(there)
    crowd.all_answered_since(time.monotonic(), within=20)
    with there.cluster.frozen(), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask_whether_it_is_alive, there, seconds=8)
        calls = [there.server.ask("GET", "/clients/x", headers={"XApiKey": there.key}) for _ in range(4)]
        alive = asked.result()
    back_after = crowd.all_answered_since(time.monotonic(), within=20)
    made = crowd.stop()

    assert {call.status for call in calls} == {503}
    assert max(caller.longest for caller in crowd.callers) < 5.5
    assert ({each.status for each in alive}, max(each.seconds for each in alive) < 1) == ({200}, True)
    assert back_after < 3
    assert tally(there, made).other_faults == {}


def ask_whether_it_is_alive(there: World, *, seconds: float) -> list[Answer]:
    until = time.monotonic() + seconds
    answers = []
    while time.monotonic() < until:
        answers.append(there.server.ask("GET", "/healthz"))
        time.sleep(0.05)
    return answers


def test_after_a_long_outage_calls_are_answered_within_seconds_and_the_worker_is_still_there(there: World) -> None:
    worker = there.worker.pid
    crowd = Crowd(there)
    crowd.all_answered_since(time.monotonic(), within=20)
    with there.cluster.away():
        time.sleep(20)
    back_after = crowd.all_answered_since(time.monotonic(), within=20)
    crowd.stop()

    assert back_after < 2
    assert there.worker.pid == worker
