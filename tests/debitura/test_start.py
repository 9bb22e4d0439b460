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
WEB_PROCESS = ["-c", "import debitura.wsgi"]


@pytest.mark.parametrize("program", [COMMAND, WEB_PROCESS], ids=["command", "web process"])
@pytest.mark.parametrize("missing", ["DATABASE_URL", "SECRET_KEY", "ONBOARDING_BASE_URL"])
def test_without_debug_a_missing_value_is_one_clear_line_and_no_start(program: list[str], missing: str) -> None:
    ended = _python(program, {name: value for name, value in PRODUCTION.items() if name != missing})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert missing in ended.stderr


@pytest.mark.parametrize("debug", ["", "0", "False"])
def test_debug_is_off_by_any_word_for_off(debug: str) -> None:
    ended = _python(COMMAND, {"DEBUG": debug})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("program", [COMMAND, WEB_PROCESS], ids=["command", "web process"])
def test_with_production_settings_it_starts_without_asking_the_database(program: list[str]) -> None:
    ended = _python(program, PRODUCTION)

    assert ended.returncode == 0, ended.stderr


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
