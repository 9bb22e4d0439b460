"""The server that comes with a wheel, each time used by processes of their own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest

from debitura import embedded_postgres

USE_UNTIL_INPUT_ENDS = """
import sys
from pathlib import Path
from debitura import embedded_postgres
print(embedded_postgres.start(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the server's account may be let into; pytest's own are closed again by every other run."""
    with tempfile.TemporaryDirectory(prefix="debitura-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """Where the server of these tests keeps its files; made by whichever test comes first."""
    return folder / "postgres"


def test_asking_for_the_url_starts_nothing(folder: Path) -> None:
    embedded_postgres.url(folder / "untouched")

    assert not (folder / "untouched").exists()


def test_the_url_leads_to_an_empty_database(data: Path) -> None:
    with _use(data) as program:
        url = _url_from(program)

        with _connect(url) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            kept = connection.execute("SELECT current_setting('synchronous_commit'), lower('ÆØÅ')").fetchone()

    assert url == embedded_postgres.url(data)
    assert tables == (0,)
    assert kept == ("off", "æøå")


def test_two_that_start_at_once_share_a_server_and_the_last_one_stops_it(data: Path) -> None:
    with _use(data) as first, _use(data) as second:
        url = _url_from(first)
        assert _url_from(second) == url
        first.communicate()

        with _connect(url):
            assert _server_runs(data)

    assert not _server_runs(data)


def test_a_killed_process_does_not_keep_the_server_alive(data: Path) -> None:
    with _use(data) as killed, _use(data) as other:
        _url_from(killed)
        _url_from(other)
        killed.kill()
        killed.wait()
        assert _server_runs(data)

    assert not _server_runs(data)


def test_a_path_too_long_for_a_socket_gets_a_shorter_one(folder: Path) -> None:
    data = folder / ("deep & quoted' " * 7) / "postgres"

    with _use(data) as program, _connect(_url_from(program)) as connection:
        answer = connection.execute("SELECT 1").fetchone()

    assert answer == (1,)


def _use(data: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", USE_UNTIL_INPUT_ENDS, str(data)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _url_from(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    url: str = program.stdout.readline().strip()
    return url


def _connect(url: str) -> psycopg.Connection:
    """Connect with what Django's settings make of the URL."""
    settings: dict[str, str] = environ.Env.db_url_config(url)
    return psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"])


def _server_runs(data: Path) -> bool:
    return (data / "postmaster.pid").exists()
