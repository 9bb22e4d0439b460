"""What happens at start when the environment lacks something."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from debitura.environment import Environment, network, of_production

PROJECT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "only-long-enough-and-of-more-than-a-few-letters-0123456789",
    "ENCRYPTION_KEYS": "0123456789abcdef" * 8,
    "DATABASE_URL": "postgres://debitura_app@localhost:1/debitura",
    "ALLOWED_HOSTS": "onboarding.debitura.test",
    "ONBOARDING_BASE_URL": "https://onboarding.debitura.test",
}
COMMAND = ["manage.py", "check"]
WORKER = ["manage.py", "worker"]
WEB_PROCESS = ["-c", "import debitura.wsgi"]
GRANIAN = ["-m", "granian", "--interface", "wsgi", "--port", "0", "--backpressure", "8", "debitura.wsgi:application"]


@pytest.mark.slow
@pytest.mark.parametrize("program", [COMMAND, WORKER, WEB_PROCESS], ids=["command", "worker", "web process"])
@pytest.mark.parametrize("missing", PRODUCTION)
def test_without_debug_a_missing_value_is_one_clear_line_and_no_start(program: list[str], missing: str) -> None:
    ended = _python(program, {name: value for name, value in PRODUCTION.items() if name != missing})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert missing in ended.stderr


def test_a_value_that_cannot_be_read_is_named_and_not_shown() -> None:
    url = "postgres://debitura_app:s3cret/word@localhost/debitura"

    ended = _python(WORKER, {**PRODUCTION, "DATABASE_URL": url})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "DATABASE_URL" in ended.stderr
    assert "s3cret" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda env: env.int("X"), "s3cret"),
        (lambda env: env.int("X"), ""),
        (lambda env: env.json("X"), '{"KEY": s3cret'),
        (lambda env: env.list("X", cast=network), "10.0.0.1,s3cret"),
    ],
    ids=["number", "no number", "JSON", "networks"],
)
def test_whatever_a_value_must_be_its_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Environment], Any], value: str
) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=r"^X is not what it must be; [^3]*$"):
        read(Environment())


@pytest.mark.parametrize(("given", "read"), [("1", True), ("on", True), ("0", False), (" No ", False), ("", True)])
def test_a_switch_is_on_or_off_and_an_empty_one_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch, given: str, read: bool
) -> None:
    monkeypatch.setenv("X", given)

    assert Environment().switch("X", default=True) is read


LESS_SAFE = [
    ("STAFF_SECOND_FACTOR", "enabled"),
    ("STAFF_SECOND_FACTOR", "'1'"),
    ("CORRECTIONS_TAKE_TWO", "always"),
    ("DATABASE_POOL_MAX", "0"),
    ("KNOWN_COMPANIES_A_DAY", "-1"),
    ("UNPROVEN_ADDRESSES_STAND_FOR_DAYS", "99999999999"),
    ("ONBOARDING_BASE_URL", "https://"),
    ("ONBOARDING_BASE_URL", "https://onboarding.debitura.test?x"),
    ("ALLOWED_HOSTS", ","),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("SUPPORT_CONTACT", "nonsense"),
    ("EMAIL_BACKEND", "debitura.demo.mail.DemoMailBackend"),
]
READ_EACH = """
import json, os, runpy, sys
for name, value in json.load(sys.stdin):
    before, os.environ[name] = os.environ.get(name), value
    try:
        runpy.run_module("debitura.settings")
        print("taken")
    except Exception as refused:
        print(type(refused).__name__, refused)
    if before is None:
        del os.environ[name]
    else:
        os.environ[name] = before
"""


def test_what_would_make_a_server_less_safe_is_refused_by_its_name() -> None:
    web = {**PRODUCTION, "DEBITURA_WEB": "1"}
    ended = _python(["-c", READ_EACH], web, json.dumps([("LOG_JSON", "1"), *LESS_SAFE]))

    good, *refusals = ended.stdout.splitlines()
    assert good == "taken"
    assert len(refusals) == len(LESS_SAFE)
    assert [refusal for refusal in refusals if not refusal.startswith("ImproperlyConfigured ")] == []
    assert [name for (name, _), refusal in zip(LESS_SAFE, refusals, strict=True) if name not in refusal] == []


@pytest.mark.parametrize("program", [WORKER, WEB_PROCESS, GRANIAN], ids=["worker", "web process", "web server"])
def test_a_crash_at_start_says_where_and_shows_no_value(program: list[str], tmp_path: Path) -> None:
    (tmp_path / "crashing.py").write_text("raise KeyError('s3cret')")

    ended = _python(program, {**PRODUCTION, "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "crashing"})

    assert ended.returncode == 1
    assert "debitura: KeyError at" in ended.stderr
    assert "crashing.py:1" in ended.stderr
    assert "s3cret" not in ended.stdout + ended.stderr


def test_the_web_server_ends_when_its_process_cannot_start() -> None:
    ended = _python(GRANIAN, {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"})

    ours = [line for line in ended.stderr.splitlines() if line.startswith("debitura: ")]
    assert ended.returncode == 1
    assert len(ours) == 1
    assert "DATABASE_URL" in ours[0]


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["secret", "ab" * 32, "ab" * 64 + ","])
def test_a_key_that_is_none_is_one_clear_line_too(keys: str) -> None:
    ended = _python(COMMAND, {**PRODUCTION, "ENCRYPTION_KEYS": keys})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "ENCRYPTION_KEYS must hold" in ended.stderr
    assert keys not in ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("debug", ["", "0", "False"])
def test_debug_is_off_by_any_word_for_off(debug: str, tmp_path: Path) -> None:
    ended = _python(COMMAND, {"DEBUG": debug, "DATA_DIR": str(tmp_path)})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_debug_with_values_of_production_is_one_clear_line_and_no_start() -> None:
    ended = _python(COMMAND, {"DEBUG": "1", "ALLOWED_HOSTS": "onboarding.debitura.test", "ENVIRONMENT": "production"})

    assert ended.returncode == 1
    assert ended.stderr.startswith("debitura: DEBUG is on, and ALLOWED_HOSTS, ENVIRONMENT as in production: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("base_url", "hosts", "environment", "found"),
    [
        ("http://localhost:8000", ["localhost", "127.0.0.1", "[::1]"], "test", []),
        ("http://[::1]:8001", ["localhost"], "staging", []),
        ("https://onboarding.debitura.test", ["localhost"], "test", ["ONBOARDING_BASE_URL"]),
        ("https://localhost:8000", ["localhost"], "test", ["ONBOARDING_BASE_URL"]),
        ("http://onboarding.debitura.test", ["localhost"], "test", ["ONBOARDING_BASE_URL"]),
        ("http://localhost:8000", ["localhost", "onboarding.debitura.test"], "test", ["ALLOWED_HOSTS"]),
        ("http://localhost:8000", ["*"], "test", ["ALLOWED_HOSTS"]),
        ("http://localhost:8000", ["localhost"], "production", ["ENVIRONMENT"]),
        ("http://localhost:8000", ["localhost"], "Prod", ["ENVIRONMENT"]),
    ],
)
def test_what_only_a_server_has_is_told_from_ones_own_machine(
    base_url: str, hosts: list[str], environment: str, found: list[str]
) -> None:
    assert of_production(base_url, hosts, environment) == found


COOKIES = """
import debitura.wsgi
from django.conf import settings
from staff import idle, known_browser, messages
from onboarding.proof import browser
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, messages.Messages.cookie_name, idle.COOKIE,
      known_browser.COOKIE, browser.COOKIE)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_PATH,
      settings.CSRF_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN)
"""


def test_in_production_no_other_host_can_plant_a_cookie() -> None:
    """Browsers take a name with the prefix from this very host alone, over TLS, and for all paths."""
    ended = _python(["-c", COOKIES], PRODUCTION)

    names, facts = ended.stdout.splitlines()
    assert len({name for name in names.split() if name.startswith("__Host-")}) == 6
    assert facts == "True True / / None None"


def test_the_demo_does_not_run_where_debug_is_off() -> None:
    ended = _python(["manage.py", "demo"], PRODUCTION)

    assert ended.returncode == 1
    assert "demo" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_reading_the_settings_starts_no_database(tmp_path: Path) -> None:
    ended = _python(["-c", "import debitura.settings"], {"DEBUG": "1", "DATA_DIR": str(tmp_path)})

    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.slow
@pytest.mark.parametrize("program", [COMMAND, WEB_PROCESS], ids=["command", "web process"])
def test_with_production_settings_it_starts_without_asking_the_database(program: list[str]) -> None:
    ended = _python(program, PRODUCTION)

    assert ended.returncode == 0, ended.stderr


def test_a_web_process_knows_all_countries_before_its_first_request() -> None:
    """Their names take a quarter of a second to read."""
    known = "import debitura.wsgi; from clients import countries; print(countries._in_their_languages.cache_info())"

    ended = _python(["-c", known], PRODUCTION)

    assert "currsize=1" in ended.stdout


def test_production_settings_leave_nothing_to_warn_of() -> None:
    ended = _python(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION)

    assert ended.returncode == 0, ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/demo/mail/", "/demo/mail.json"])
def test_in_production_the_demos_mailbox_is_not_there(path: str) -> None:
    ended = _python(["-c", f"import debitura.wsgi, django.urls; django.urls.resolve('{path}')"], PRODUCTION)

    assert "Resolver404" in ended.stderr


def _python(
    arguments: list[str], environment: dict[str, str], typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with this environment only, so that the one of the tests makes up for nothing."""
    return subprocess.run(
        [sys.executable, *arguments],
        input=typed,
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
