"""Where the browser of the journeys comes from, and what happens where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import browser

PROJECT = Path(__file__).parents[2]


class Machine:
    """A machine with nothing on it; `ran` is what was run to get a browser."""

    def __init__(self, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.programs = programs
        self.ran: list[str] = []
        self.downloads: Callable[[], object] = lambda: None
        self.installs: Callable[[], object] = lambda: None
        monkeypatch.setenv("PATH", str(programs))
        monkeypatch.delenv("CHROMIUM", raising=False)
        monkeypatch.setattr(browser, "OF_MACOS", [])
        monkeypatch.setattr(browser, "_of_playwright", lambda: str(programs / "of-playwright"))
        monkeypatch.setattr(browser, "_run", self._run)
        monkeypatch.setattr(browser, "_as_root", list)

    def has(self, name: str, *, works: bool = True) -> str:
        """Put a program there."""
        program = self.programs / name
        program.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n")
        program.chmod(0o755)
        return str(program)

    def _run(self, command: list[str]) -> None:
        self.ran.append(" ".join(command))
        if "playwright" in command:
            self.downloads()
        if "install" in command and "apt-get" in command:
            self.installs()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "of-playwright"])
def test_a_browser_that_is_there_is_taken_and_nothing_is_fetched(machine: Machine, name: str) -> None:
    program = machine.has(name)

    assert browser.get_browser() == program
    assert machine.ran == []


def test_one_that_does_not_run_is_none(machine: Machine) -> None:
    machine.has("chromium", works=False)
    other = machine.has("google-chrome")

    assert browser.get_browser() == other


def test_the_one_that_is_named_is_taken_before_all_others(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has("chromium")
    monkeypatch.setenv("CHROMIUM", machine.has("another"))

    assert browser.get_browser() == str(machine.programs / "another")


def test_where_the_one_that_is_named_does_not_run_no_other_is_fetched(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has("chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    assert browser.get_browser() is None
    assert machine.ran == []


def test_where_there_is_none_playwrights_is_downloaded(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.downloads = lambda: machine.has("of-playwright")

    assert browser.get_browser() == str(machine.programs / "of-playwright")
    assert len(machine.ran) == 1
    assert "Downloading" in capsys.readouterr().out


def test_where_it_cannot_be_downloaded_the_package_is_installed(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.has("apt-get")
    machine.installs = lambda: machine.has("chromium")

    assert browser.get_browser() == str(machine.programs / "chromium")
    assert "apt-get" in capsys.readouterr().out


def test_without_any_right_no_package_is_installed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has("apt-get")
    monkeypatch.setattr(browser, "_as_root", lambda: None)

    assert browser.get_browser() is None
    assert len(machine.ran) == 1


@pytest.mark.parametrize(("required", "code"), [("", 0), ("0", 0), ("1", 1)])
def test_where_none_can_be_had_one_line_says_so_and_a_build_ends(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    required: str,
    code: int,
) -> None:
    monkeypatch.setenv("BROWSER_REQUIRED", required)

    with pytest.raises(SystemExit) as ended:
        browser.main()

    assert ended.value.code == code
    assert [line for line in capsys.readouterr().out.splitlines() if "JOURNEYS WILL NOT BE RUN" in line]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("required", "outcome"), [("0", "2 JOURNEYS WERE NOT RUN: there is no browser"), ("1", "2 errors")]
)
def test_without_a_browser_the_journeys_are_counted_and_a_build_fails(required: str, outcome: str) -> None:
    asked = {"CHROMIUM": "/nowhere/chromium", "BROWSER_REQUIRED": required, "PYTEST_DB_SUFFIX": "_without_browser"}

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "slow", "tests/journeys/test_docs.py"],
        cwd=PROJECT,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ended.returncode == int(required)
    assert outcome in ended.stdout
