"""What happens at start when the environment lacks something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "only-long-enough-and-of-more-than-a-few-letters-0123456789",
    "DATABASE_URL": "postgres://debitura_app@localhost:1/debitura",
    "ALLOWED_HOSTS": "onboarding.debitura.test",
    "ONBOARDING_BASE_URL": "https://onboarding.debitura.test",
}
COMMAND = ["manage.py", "check"]
WORKER = ["manage.py", "worker"]
WEB_PROCESS = ["-c", "import debitura.wsgi"]
GRANIAN = ["-m", "granian", "--interface", "wsgi", "--port", "0", "--backpressure", "8", "debitura.wsgi:application"]


@pytest.mark.parametrize("program", [COMMAND, WORKER, WEB_PROCESS], ids=["command", "worker", "web process"])
@pytest.mark.parametrize("missing", PRODUCTION)
def test_without_debug_a_missing_value_is_one_clear_line_and_no_start(program: list[str], missing: str) -> None:
    ended = _python(program, {name: value for name, value in PRODUCTION.items() if name != missing})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert missing in ended.stderr


def test_the_web_server_ends_when_its_process_cannot_start() -> None:
    ended = _python(GRANIAN, {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"})

    ours = [line for line in ended.stderr.splitlines() if line.startswith("debitura: ")]
    assert ended.returncode == 1
    assert len(ours) == 1
    assert "DATABASE_URL" in ours[0]


@pytest.mark.parametrize("debug", ["", "0", "False"])
def test_debug_is_off_by_any_word_for_off(debug: str, tmp_path: Path) -> None:
    ended = _python(COMMAND, {"DEBUG": debug, "DATA_DIR": str(tmp_path)})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_the_demo_does_not_run_where_debug_is_off() -> None:
    ended = _python(["manage.py", "demo"], PRODUCTION)

    assert ended.returncode == 1
    assert "demo" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_reading_the_settings_starts_no_database(tmp_path: Path) -> None:
    ended = _python(["-c", "import debitura.settings"], {"DEBUG": "1", "DATA_DIR": str(tmp_path)})

    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("program", [COMMAND, WEB_PROCESS], ids=["command", "web process"])
def test_with_production_settings_it_starts_without_asking_the_database(program: list[str]) -> None:
    ended = _python(program, PRODUCTION)

    assert ended.returncode == 0, ended.stderr


def test_production_settings_leave_nothing_to_warn_of() -> None:
    ended = _python(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION)

    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("path", ["/demo/mail/", "/demo/mail.json"])
def test_in_production_the_demos_mailbox_is_not_there(path: str) -> None:
    ended = _python(["-c", f"import debitura.wsgi, django.urls; django.urls.resolve('{path}')"], PRODUCTION)

    assert "Resolver404" in ended.stderr


def _python(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python with this environment only, so that the one of the tests makes up for nothing."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
