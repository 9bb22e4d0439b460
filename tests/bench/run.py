"""
Requests per second, latency and CPU of the API: `make bench`, by hand, never part of a test run.

It starts the production server with production settings on a database of its own, plays the proxy in front of it, and
takes both away again. Load comes from threads of this process, so on a small machine it competes with what it measures:
CPU per request is the figure to compare, requests per second a lower bound.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))

DATABASE = "debitura_bench"
THREADS = 4
REQUESTS = 2000
SECONDS = 20.0
WARM_UP = 50
CROWD = 100_000
CASES, CLIENTS = 200_000, 5_000
TICK = os.sysconf("SC_CLK_TCK")

type Request = tuple[str, str, bytes | None]


def main() -> None:
    """Measure each kind of call and print a table."""
    from debitura import embedded_postgres

    data = PROJECT / ".data" / "postgres"
    embedded_postgres.start(data)
    url = embedded_postgres.url(data)
    with _database(url) as bench_url, _free_port() as port:
        os.environ.update(_production(bench_url))
        key = _prepare()
        with _server(port) as process:
            print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}; {THREADS} callers at once\n")
            print("| call | requests | a second | median ms | p99 ms | server CPU ms | PostgreSQL CPU ms |")
            print("|---|---|---|---|---|---|---|")
            for name, request in _calls().items():
                print(_measure(name, request, port=port, key=key, pids=(process.pid, _postmaster(data))), flush=True)
    print("\n| the agreement's PDF | ms |\n|---|---|")
    for name, took in _documents():
        print(f"| {name} | {took:.0f} |", flush=True)
    with _database(url):
        print(f"\n| in the database, of {CASES:,} cases of {CLIENTS:,} clients | ms |\n|---|---|")
        for name, took in _lists():
            print(f"| {name} | {took:.0f} |", flush=True)
    with _database(url):
        print(f"\n| of {CROWD:,} clients on one version | ms |\n|---|---|")
        for name, took in _publishing():
            print(f"| {name} | {took:.0f} |", flush=True)


def _calls() -> dict[str, Callable[[int], Request]]:
    """What is measured: requests by a running number; the first makes the client that the others are about."""
    return {
        "new client": lambda n: ("POST", "/clients", _registration(n)),
        "replay": lambda n: ("POST", "/clients", _registration(0)),
        "read": lambda n: ("GET", "/clients/tenant-0", None),
        "new client, 100 cases": lambda n: ("POST", "/clients", _registration(10_000 + n, cases=100)),
    }


def _registration(n: int, *, cases: int = 0) -> bytes:
    """A client of its own, with cases every other of which somebody covers."""
    users = [
        {"name": "Jane Ann Doe", "email": f"jane@company{n}.example", "isOnboardingUser": True},
        {"name": "Ib Berg", "email": f"ib@company{n}.example"},
    ]
    client = {
        "name": f"Company {n} A/S",
        "registrationNumber": f"DK{10_000_000 + n}",
        "country": "DK",
        "address": "Nørregade 1",
        "zipCode": "1165",
        "city": "København",
        "supportEmail": f"office@company{n}.example",
        "supportPhone": "+45 70 00 00 00",
    }
    claims = [_case(f"INV-{index}", "DE" if index % 2 else "TV") for index in range(cases)]
    body = {"externalTenantId": f"tenant-{n}", "client": client, "users": users, "cases": claims}
    return json.dumps(body).encode()


def _case(reference: str, country: str) -> dict[str, object]:
    debtor = {"type": "Company", "name": "Debtor GmbH", "address": "Street 1", "city": "City", "countryAlpha2": country}
    facts = {"currencyCode": "EUR", "amountToRecover": 1250.5, "date": "2026-01-15", "dueDate": "2026-02-14"}
    return {**facts, "creditorReference": reference, "claimDescription": "Goods delivered", "debtor": debtor}


def _documents() -> Iterator[tuple[str, float]]:
    """Sign in letters of more and more fonts: the first time, which reads them, and the median of ten more."""
    from onboarding.signing.agreement_pdf import render_agreement
    from tests.onboarding.documents import make_content

    for name, company in (
        ("Latin", "Nørrebro Ærø ApS"),
        ("of Korea and rare Chinese", "샾앤숖 𠮷野家"),
        ("of eight scripts", "株 한 ঢাকা ཀརྨ ኢትዮ தமிழ் ភាសា ไทย"),
    ):
        took = []
        for _ in range(11):
            began = time.perf_counter()
            render_agreement(make_content(company=company))
            took.append((time.perf_counter() - began) * 1000)
        yield f"{name}, the first", took[0]
        yield f"{name}, the next", statistics.median(took[1:])


def _measure(name: str, request: Callable[[int], Request], *, port: int, key: str, pids: tuple[int, int]) -> str:
    numbers = count()
    _call_all(request, numbers, port=port, key=key, requests=WARM_UP, seconds=SECONDS)
    before = [_cpu_of(pid) for pid in pids]
    began = time.perf_counter()
    took = _call_all(request, numbers, port=port, key=key, requests=REQUESTS, seconds=SECONDS)
    elapsed = time.perf_counter() - began
    cpu = [(_cpu_of(pid) - earlier) / len(took) for pid, earlier in zip(pids, before, strict=True)]
    p99 = statistics.quantiles(took, n=100)[98]
    shown = [f"{len(took)}", f"{len(took) / elapsed:.0f}", f"{statistics.median(took):.1f}", f"{p99:.1f}"]
    return f"| {name} | {' | '.join(shown)} | {cpu[0]:.2f} | {cpu[1]:.2f} |"


def _call_all(
    request: Callable[[int], Request], numbers: Iterator[int], *, port: int, key: str, requests: int, seconds: float
) -> list[float]:
    """Call so often, or so long; return how many milliseconds each call took."""
    deadline = time.perf_counter() + seconds

    def caller() -> list[float]:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        took = []
        for _ in range(requests // THREADS):
            if time.perf_counter() > deadline:
                break
            took.append(_call(connection, request(next(numbers)), key))
        connection.close()
        return took

    with ThreadPoolExecutor(THREADS) as pool:
        return [each for future in [pool.submit(caller) for _ in range(THREADS)] for each in future.result()]


def _call(connection: HTTPConnection, request: Request, key: str) -> float:
    method, path, body = request
    # What the proxy says that ends TLS.
    headers = {"XApiKey": key, "Content-Type": "application/json", "X-Forwarded-Proto": "https"}
    began = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    took = (time.perf_counter() - began) * 1000
    if response.status not in (200, 202):
        raise RuntimeError(f"{method} {path} was answered {response.status}: {answer[:500]!r}")
    return took


def _cpu_of(pid: int) -> float:
    """CPU milliseconds of a process and its children that are alive; Linux only."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = stat.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
            continue
        fields = after.split()
        if pid in (int(before.split()[0]), int(fields[1])):
            total += int(fields[11]) + int(fields[12])
    return total * 1000 / TICK


def _postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def _machine() -> str:
    cpus = f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}"
    parts = f"Python {platform.python_version()}, Django {version('django')}, granian {version('granian')}"
    return f"{cpus}, {parts}, PostgreSQL 18 of the wheel"


def _lists() -> Iterator[tuple[str, float]]:
    """What the database takes for a list, all statements together; of a partner that has a quarter of all rows."""
    _prepare()
    from django.db import connection

    from cases.api.find_cases import find_cases
    from cases.api.list_schemas import CasesQuery
    from cases.models import CollectionPartner
    from onboarding.api.lists import ClientsQuery, find_clients
    from partners.models import ReferralPartner
    from tests.crowd import make_cases, make_crowd

    partners = [ReferralPartner.objects.create(name=f"P{n}", short_name="P", fee_percentage=10) for n in range(4)]
    make_crowd(CLIENTS, partners=[each.pk for each in partners])
    make_cases(CASES, collector=CollectionPartner.objects.create(name="C", platform_share_percentage=20).pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for query in OF_CASES:
        yield f"GET /cases?{query}", _in_the_database(find_cases, CasesQuery, query, partners[0])
    for query in OF_CLIENTS:
        yield f"GET /clients?{query}", _in_the_database(find_clients, ClientsQuery, query, partners[0])
    connection.close()


OF_CASES = ["", "Page=5000", "Statuses=Paused", "Query=nord", "Query=INV-777", "Sort=GrossAmount:desc&Page=5000"]
OF_CLIENTS = ["", "Page=25", "OnboardingDone=true", "Query=company+12", "Sort=name:desc"]


def _in_the_database(find: Callable[..., object], shape: Any, query: str, partner: object) -> float:
    """Of the second time, when the rows are in memory; with what it takes to carry them over."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from edge.query import read_query

    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            find(partner=partner, wanted=read_query(shape, query), at=timezone.now())
    return sum(float(each["time"]) for each in captured) * 1000


def _publishing() -> Iterator[tuple[str, float]]:
    """Publish a version that everybody must sign: what Legal waits for, on a database where each has signed."""
    _prepare()
    from django.db import connection

    from clients.models import Agreement
    from clients.publish_agreement import effect_of_publishing, publish_agreement
    from edge.clock import database_time
    from partners.models import ReferralPartner
    from staff.models import Staff
    from tests.crowd import make_crowd

    partners = [ReferralPartner.objects.create(name=f"P{n}", short_name="P", fee_percentage=10).pk for n in range(20)]
    make_crowd(CROWD, partners=partners)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    legal = Staff.objects.create_superuser("legal@bench.example", "bench", name="Legal")
    current = Agreement.objects.published().latest("number")
    draft = Agreement.objects.create(number=2, title=current.title, text=current.text, summary_of_changes="Less.")
    yield "counting whom it asks", _timed(lambda: effect_of_publishing(at=database_time()))
    yield "publishing it", _timed(lambda: publish_agreement(agreement=draft, by=legal, why="Bench"))
    yield "counting who waits then", _timed(lambda: effect_of_publishing(at=database_time()))
    connection.close()


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


@contextmanager
def _database(url: str) -> Iterator[str]:
    """Make an empty database, and drop it afterwards; its URL."""
    import environ

    facts = environ.Env.db_url_config(url)
    with psycopg.connect(host=facts["HOST"], user=facts["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{DATABASE}"')
        try:
            yield f"{url.rpartition('/')[0]}/{DATABASE}"
        finally:
            server.execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    yield port


def _production(url: str) -> dict[str, str]:
    return {
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ENCRYPTION_KEYS": secrets.token_hex(64),
        "DATABASE_URL": url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "ONBOARDING_BASE_URL": "https://onboarding.debitura.example",
        "TRUSTED_PROXIES": "127.0.0.1",
        "CALLS_A_SECOND": "0",
        "DJANGO_SETTINGS_MODULE": "debitura.settings",
        # Of static files, which are not asked for.
        "PYTHONWARNINGS": "ignore:No directory at",
    }


def _prepare() -> str:
    """Migrate, and make a partner with a key."""
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)

    from cases.models import CollectionPartner, Coverage, ExchangeRate
    from partners.issue_key import issue_key
    from partners.models import ReferralPartner

    partner = ReferralPartner.objects.create(name="Bench A/S", short_name="Bench", fee_percentage=10)
    collector = CollectionPartner.objects.create(name="Bench Inkasso", platform_share_percentage=20)
    Coverage.objects.create(collection_partner=collector, country="DE", position=0)
    ExchangeRate.objects.create(currency="EUR", date="2026-01-01", usd_per_unit="1.08")
    key = issue_key(partner=partner, label="bench", live=True)[1]
    connection.close()
    return key


@contextmanager
def _server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the web server until it is not needed any more; its log goes nowhere."""
    from processes.web import server

    # One worker, so that a figure is of one process.
    command = [sys.executable, "-m", *server(host="127.0.0.1", port=port, workers=1)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    with socket.socket() as attempt:
        while attempt.connect_ex(("127.0.0.1", port)) != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the web server did not start")
            time.sleep(0.1)


if __name__ == "__main__":
    main()
