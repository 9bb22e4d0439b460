"""The audit of the pinned packages: strict, and loud where it cannot look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.audit import SKIPPED, Verdict, judge

FINE = {"name": "django", "version": "6.1.3", "vulns": []}
BAD = {"name": "djade", "version": "1.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1", "2.0"]}]}
UNMENDED = {"name": "djlint", "version": "1.0", "vulns": [{"id": "CVE-2026-2", "fix_versions": []}]}
MISSED = {"name": "granian", "skip_reason": "Dependency not found"}
TRACEBACK = "Traceback (most recent call last):\n  File x\n"


def found(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_packages_without_a_vulnerability_pass() -> None:
    assert judge(0, found(FINE, FINE), "") == Verdict(0, "No known vulnerabilities in 2 pinned packages.")


def test_a_vulnerability_fails_and_is_named_with_its_mend() -> None:
    verdict = judge(1, found(FINE, BAD, UNMENDED), "Found 2 known vulnerabilities")

    assert verdict.code == 1
    assert verdict.says.splitlines() == [
        "djade 1.0: CVE-2026-1, mended in 1.1, 2.0",
        "djlint 1.0: CVE-2026-2, not mended yet",
    ]


def test_a_package_that_nobody_knows_fails() -> None:
    assert judge(0, found(FINE, MISSED), "") == Verdict(1, "granian: could not be looked up")


@pytest.mark.parametrize(
    ("code", "out", "err"),
    [
        (0, found(MISSED, MISSED), ""),
        (1, "", f"{TRACEBACK}requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x', port=443)"),
        (1, "", f"{TRACEBACK}requests.exceptions.ProxyError: HTTPSConnectionPool(host='x', port=443)"),
        (1, "", "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service"),
    ],
)
def test_where_there_is_no_data_it_is_skipped_in_one_loud_line(code: int, out: str, err: str) -> None:
    assert judge(code, out, err) == Verdict(0, SKIPPED)
    assert len(SKIPPED.splitlines()) == 1


@pytest.mark.parametrize(
    ("code", "out", "err"),
    [
        (1, "", f"{TRACEBACK}requests.exceptions.SSLError: certificate verify failed"),
        (1, "", f"{TRACEBACK}KeyError: 'x'"),
        (1, "", "ERROR:pip_audit._cli:invalid requirements input: requirements-dev.txt"),
        (2, "", "pip-audit: error: unrecognized arguments"),
        (0, "", ""),
        (1, found(FINE), "something else"),
        (-9, found(FINE), ""),
    ],
)
def test_whatever_else_goes_wrong_fails_and_is_told(code: int, out: str, err: str) -> None:
    verdict = judge(code, out, err)

    assert verdict.code == 1
    assert verdict.says.startswith("The audit did not work.")
    assert err in verdict.says
