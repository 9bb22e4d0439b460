"""
Take one protection out of a copy of the project, and see its tests fail.

Each test must pass without that first. Names of mutants as arguments run these alone.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from debitura import embedded_postgres
from tests.mutants.table import MUTANTS, InText, Mutant

HERE = Path(__file__).parents[2]
SECONDS = 600  # for one mutant
PRISTINE, RUN = "_pristine", "_mutant"
MAKE_DATABASE = """
import django
django.setup()
from django.db import connection
connection.creation.create_test_db(verbosity=0, autoclobber=True)
"""

type Verdict = Literal["passed", "failed", "out of time", "broken"]


def main() -> int:
    """Print what becomes of each mutant; 1 if one survives, or if a test fails without it."""
    wanted = [mutant for mutant in MUTANTS if mutant.name in sys.argv[1:] or not sys.argv[1:]]
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)  # after the server has stopped, which is registered later
    copy = Copy(folder / "project")
    verdict, faulty = copy.test(sorted({test for mutant in wanted for test in mutant.tests}))
    if verdict in ("out of time", "broken"):
        raise SystemExit(f"Without a mutant the tests are {verdict}.")
    told = [_tell(mutant, copy, faulty) for mutant in wanted]
    print(f"{sum(told)} of {len(told)} caught")
    return 0 if all(told) else 1


def _tell(mutant: Mutant, copy: Copy, faulty: list[str]) -> bool:
    began = time.monotonic()
    if any(test.startswith(mutant.tests) for test in faulty):
        verdict, said = "broken", "its tests do not pass without it"
    else:
        with copy.with_out(mutant):
            verdict, failed = copy.test(mutant.tests, mutant)
        said = f"caught by {failed[0].partition('::')[2]}" if verdict == "failed" else f"SURVIVES ({verdict})"
    print(f"| {mutant.name} | {said} | {time.monotonic() - began:.0f} s |", flush=True)
    return verdict == "failed"


class Copy:
    """The project in a folder of its own, with a database server of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._second = 0
        for name in self._files():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HERE / name, target)
        (folder / ".venv").symlink_to((HERE / ".venv").resolve())
        data = folder / ".data" / "postgres"
        embedded_postgres.start(data)
        self._server = str(embedded_postgres._socket_directory(data))
        self._call("-c", MAKE_DATABASE, suffix=PRISTINE).check_returncode()

    def test(self, tests: Iterable[str], mutant: Mutant | None = None) -> tuple[Verdict, list[str]]:
        """What becomes of these tests in a fresh database, and those that fail; with a mutant only the first."""
        self._make_database(mutant)
        try:
            done = self._call(
                *("-m", "pytest", "-q", "-rfE", "-m", "slow or not slow", "--reuse-db", "-p", "no:cacheprovider"),
                *("--show-capture=no", "--tb=no", "--exitfirst" if mutant else "--maxfail=1000", *tests),
                suffix=RUN,
                seconds=SECONDS if mutant else None,
            )
        except subprocess.TimeoutExpired:
            return "out of time", []
        failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED ")]
        match done.returncode:
            case 0:
                return "passed", []
            case 1 if failed:
                return "failed", failed
            case _:
                return "broken", []

    @contextmanager
    def with_out(self, mutant: Mutant) -> Iterator[None]:
        """What the mutant takes out of a file is out; what it takes out of the database goes with the database."""
        if not isinstance(mutant, InText):
            yield
            return
        path = self._folder / mutant.file
        whole = path.read_text()
        if whole.count(mutant.old) != 1:
            raise SystemExit(f"{mutant.name}: {mutant.file} has {whole.count(mutant.old)} times {mutant.old!r}")
        self._write(path, whole.replace(mutant.old, mutant.new))
        yield
        self._write(path, whole)

    def _write(self, path: Path, text: str) -> None:
        """With a time of its own: Python takes bytecode for that of a file of the same size and second."""
        path.write_text(text)
        self._second += 1
        os.utime(path, (self._second, self._second))

    def _files(self) -> list[str]:
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=HERE, capture_output=True, text=True, check=True).stdout.splitlines()
        return [name for name in names if (HERE / name).is_file() and name != ".venv"]

    def _call(self, *arguments: str, suffix: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
        ours = {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTEST_DB_SUFFIX": suffix}
        environment = {**os.environ, **ours}
        environment.pop("DATABASE_URL", None)
        return subprocess.run(
            [self._folder / ".venv/bin/python", *arguments],
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def _make_database(self, mutant: Mutant | None) -> None:
        run, pristine = sql.Identifier(f"test_debitura{RUN}"), sql.Identifier(f"test_debitura{PRISTINE}")
        with self._connect(embedded_postgres.DATABASE) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(run))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(run, pristine))
        if mutant is not None and not isinstance(mutant, InText):
            with self._connect(f"test_debitura{RUN}") as connection:
                connection.execute(mutant.statement)

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(host=self._server, user=embedded_postgres.SUPERUSER, dbname=name, autocommit=True)


if __name__ == "__main__":
    raise SystemExit(main())
