"""Kill something, wait until all is well again, and once more."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from http.client import HTTPConnection

from tests.chaos.callers import UNSURE, Crowd, Tally, tally
from tests.chaos.world import KINDS, LONGEST_OUTAGE, World

# Until it is missed, until the next minute, and until it is sent.
LONGEST_FOR_A_MAIL = 150.0


@dataclass(frozen=True)
class Result:
    """Of all rounds of one kind."""

    kind: str
    seconds: list[float]
    of_these_ours: list[float]  # since what was killed was there again, where the killing waits for that
    tally: Tally

    def row(self) -> str:
        """As a row of the table in docs/operations.md."""
        tally, attempts = self.tally, self.tally.attempts
        unsure = " + ".join(f"{attempts[outcome]}" for outcome in UNSURE)
        shown = [
            self.kind,
            str(len(self.seconds)),
            f"{tally.acknowledged} of {tally.calls}",
            str(tally.lost),
            str(tally.half_written + tally.twice),
            f"{unsure} ({tally.done_though_unsure})",
            str(sum(tally.other_faults.values())),
            f"{_median_and_longest(self.seconds)} ({_median_and_longest(self.of_these_ours)})",
        ]
        return f"| {' | '.join(shown)} |"


def _median_and_longest(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.1f}, {max(seconds):.1f}"


HEAD = (
    "| killed | rounds | acknowledged | of these lost | half-written | 503 + cut off (done all the same) | other 5xx "
    "| all answered again after s: median, longest (since the old processes were gone, or the database back) |\n"
    "|---|---|---|---|---|---|---|---|"
)


def kill(world: World, kind: str, *, rounds: int) -> Result:
    """Kill this so often, with eight calls in flight."""
    crowd = Crowd(world)
    seconds, ours = [], []
    try:
        crowd.all_answered_since(time.monotonic(), within=LONGEST_OUTAGE)
        for _ in range(rounds):
            time.sleep(random.uniform(0.1, 0.5))  # noqa: S311
            began = time.monotonic()
            KINDS[kind](world)
            killed = time.monotonic()
            ours.append(crowd.all_answered_since(killed, within=LONGEST_OUTAGE))
            seconds.append(killed - began + ours[-1])
    finally:
        calls = crowd.stop()
    return Result(kind, seconds, ours, tally(world, calls))


@dataclass(frozen=True)
class Mails:
    """What became of mails whose worker was killed."""

    rounds: int
    never_came: list[str]
    came_twice: int
    next_one_after: list[float]
    longest: float

    def row(self) -> str:
        """As a row of the table in docs/operations.md."""
        after = _median_and_longest(self.next_one_after)
        shown = [self.rounds, len(self.never_came), self.came_twice, after, f"{self.longest:.0f}"]
        return f"| {' | '.join(map(str, shown))} |"


MAILS_HEAD = (
    "| rounds | mails that never came | that came twice | the next mail is begun after s: median, longest "
    "| the last of those interrupted came after s |\n|---|---|---|---|---|"
)


def kill_amid_mails(world: World, *, rounds: int) -> Mails:
    """Kill the worker so often while it sends a mail, before and after the mail server has taken it."""
    asked: dict[str, float] = {}
    next_one_after = []
    for number in range(rounds):
        world.mailbox.begun.clear()
        moment = time.monotonic()
        asked[_ask_for_a_code(world, number)] = moment
        if not world.mailbox.begun.wait(timeout=LONGEST_OUTAGE):
            raise AssertionError("no worker sends mail any more")
        if number:
            next_one_after.append(time.monotonic() - moment)
        time.sleep(0.1 if number % 2 else 0.45)
        world.worker.kill()
    last = time.monotonic()
    until = last + LONGEST_FOR_A_MAIL
    while (missing := set(asked) - set(world.mailbox.taken)) and time.monotonic() < until:
        time.sleep(0.2)
    times = Counter(world.mailbox.taken)
    return Mails(
        rounds=rounds,
        never_came=sorted(missing),
        came_twice=sum(times[address] > 1 for address in asked),
        next_one_after=next_one_after or [0.0],
        longest=time.monotonic() - last,
    )


def _ask_for_a_code(world: World, number: int) -> str:
    """Bring a client on board, open its link, and ask for a code; the address that the code is mailed to."""
    address = f"jane@mail{number}.example"
    body = (
        f'{{"externalTenantId": "mail-{number}", "client": {{"name": "Mail", "country": "DK", "supportEmail": '
        f'"office@mail{number}.example"}}, "users": [{{"name": "Jane Doe", "email": "{address}"}}]}}'
    )
    created = world.server.ask(
        "POST", "/clients", body.encode(), {"XApiKey": world.key, "Content-Type": "application/json"}
    )
    found = re.search(rb'"url":"https?://[^/"]+(/[^"]+)"', created.body)
    assert found, created
    _send_form(world, found[1].decode(), number)
    return address


def _send_form(world: World, path: str, number: int) -> None:
    """As a browser does, with an address of its own, since codes are limited by network too."""
    talk = HTTPConnection("127.0.0.1", world.server.port, timeout=15)
    headers = {"Host": "localhost", "X-Forwarded-For": f"10.1.{number // 200}.{number % 200 + 1}"}
    talk.request("GET", path, headers=headers)
    page = talk.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    assert token, page.status
    cookies = "; ".join(value.partition(";")[0] for value in page.headers.get_all("Set-Cookie", []))
    headers |= {"Cookie": cookies, "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    talk.request("POST", path, f"csrfmiddlewaretoken={token[1]}&send=first", headers)
    sent = talk.getresponse()
    sent.read()
    talk.close()
    assert sent.status == 302, sent.status
