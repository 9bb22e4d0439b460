"""Partners that call without a pause, and repeat each call until it is answered."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from typing import Any
from uuid import uuid4

from tests.chaos.world import World

CALLERS = 8
PAUSE = 0.1
UNSURE: tuple[int | str, ...] = (503, "cut off")


@dataclass
class Call:
    """One call, with its repeats."""

    tenant_id: str
    body: bytes
    outcomes: list[int | str] = field(default_factory=list)
    client_id: str | None = None  # once it was acknowledged
    was_done_before: bool = False  # by an attempt whose answer was not that


@dataclass
class Caller:
    """One after the other."""

    world: World
    names: Iterator[str]
    calls: list[Call] = field(default_factory=list)
    answered_at: float = 0.0  # the beginning of the newest attempt that was answered
    answered_by: float = 0.0
    longest: float = 0.0  # of all attempts, however they ended
    is_wanted: bool = True

    def run(self) -> None:
        """Call until nobody wants it any more; a call that was begun is repeated to its end."""
        while self.is_wanted:
            call = _new_call(next(self.names))
            self.calls.append(call)
            while call.client_id is None:
                self._try(call)

    def _try(self, call: Call) -> None:
        began = time.monotonic()
        try:
            answer = self.world.server.ask("POST", "/clients", call.body, self._headers)
        except (OSError, HTTPException):
            call.outcomes.append("cut off")
            time.sleep(PAUSE)
            return
        finally:
            self.longest = max(self.longest, time.monotonic() - began)
        call.outcomes.append(answer.status)
        if answer.status != 202:
            time.sleep(PAUSE)
            return
        call.was_done_before = answer.headers["Idempotent-Replayed"] == "true"
        call.client_id = json.loads(answer.body)["client"]["id"]
        self.answered_at, self.answered_by = began, time.monotonic()

    @property
    def _headers(self) -> dict[str, str]:
        return {"XApiKey": self.world.key, "Content-Type": "application/json"}


def _new_call(name: str) -> Call:
    """A client with two users, and two cases of which one is covered."""
    users = [
        {"name": "Jane Ann Doe", "email": f"jane@{name}.example", "isOnboardingUser": True},
        {"name": "Ib Berg", "email": f"ib@{name}.example"},
    ]
    client = {"name": f"Company {name}", "country": "DK", "supportEmail": f"office@{name}.example"}
    body = {"externalTenantId": name, "client": client, "users": users, "cases": [_case("DE"), _case("TV")]}
    return Call(name, json.dumps(body).encode())


def _case(country: str) -> dict[str, Any]:
    debtor = {"type": "Company", "name": "Debtor GmbH", "address": "Street 1", "city": "City", "countryAlpha2": country}
    reference = f"INV-{country}"
    facts = {"currencyCode": "EUR", "amountToRecover": 1250.5, "date": "2026-01-15", "creditorReference": reference}
    return {**facts, "debtor": debtor}


class Crowd:
    """Eight callers at once."""

    def __init__(self, world: World) -> None:
        # Of this crowd's own: another may have called here before.
        names = map(f"{uuid4().hex[:8]}-{{}}".format, count())
        self.callers = [Caller(world, names) for _ in range(CALLERS)]
        self._threads = [threading.Thread(target=caller.run) for caller in self.callers]
        for thread in self._threads:
            thread.start()

    def all_answered_since(self, moment: float, *, within: float) -> float:
        """Wait until each has been answered a call that it made after this; the seconds until the last of them."""
        until = moment + within
        while any(caller.answered_at <= moment for caller in self.callers):
            if time.monotonic() > until:
                raise AssertionError(f"not all callers were answered again within {within} seconds")
            time.sleep(0.005)
        return max(caller.answered_by for caller in self.callers) - moment

    def stop(self) -> list[Call]:
        """Let each finish its call; all calls that were made."""
        for caller in self.callers:
            caller.is_wanted = False
        for thread in self._threads:
            thread.join(timeout=60)
        return [call for caller in self.callers for call in caller.calls]


@dataclass(frozen=True)
class Tally:
    """What became of all calls, and what the database says of them."""

    calls: int
    acknowledged: int
    lost: int
    half_written: int
    twice: int
    attempts: Counter[int | str]
    done_though_unsure: int

    @property
    def other_faults(self) -> dict[int | str, int]:
        """Statuses from 500 on that are not 503, and whatever else nobody planned."""
        return {outcome: number for outcome, number in self.attempts.items() if outcome not in (202, *UNSURE)}


# Complete is: one link, two users, three addresses, the case that is covered, and a note of both claims.
FOUND = """
SELECT link.external_tenant_id, client.id::text,
       (SELECT count(*) FROM clients_user WHERE client_id = client.id) = 2
       AND (SELECT count(*) FROM clients_emailaddress WHERE client_id = client.id) = 3
       AND (SELECT count(*) FROM cases_case WHERE client_id = client.id) = 1
       AND (SELECT count(*) FROM cases_submittedcase WHERE link_id = link.id) = 2
  FROM clients_client client LEFT JOIN clients_referralpartnerclientlink link ON link.client_id = client.id
"""


def tally(world: World, calls: list[Call]) -> Tally:
    """Compare what was acknowledged with what is there."""
    with world.cluster.connect() as server:
        found = server.execute(FOUND).fetchall()
    clients = {tenant_id: client_id for tenant_id, client_id, _ in found}
    acknowledged = [call for call in calls if call.client_id is not None]
    return Tally(
        calls=len(calls),
        acknowledged=len(acknowledged),
        lost=sum(clients.get(call.tenant_id) != call.client_id for call in acknowledged),
        half_written=sum(tenant_id is None or not is_complete for tenant_id, _, is_complete in found),
        twice=len(found) - len(clients),
        attempts=Counter(outcome for call in calls for outcome in call.outcomes),
        done_though_unsure=sum(call.was_done_before for call in calls),
    )
