"""
`make audit`: known vulnerabilities in the pinned packages, those of development too.

It fails on a vulnerability, on a package that nobody could look up, and on whatever else goes wrong. Only where the
data cannot be had at all it says so in one line and lets the rest of a build go on.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PINS = "requirements-dev.txt"  # holds those of requirements.txt, at the same versions
COMMAND = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "-r", PINS]
# How pip-audit ends, with code 1 as for a vulnerability, where nobody answers.
OUT_OF_REACH = re.compile(
    r"^requests\.exceptions\.(ConnectionError|ConnectTimeout|ReadTimeout|ProxyError)\b|network may be blocking",
    re.MULTILINE,
)
SKIPPED = "AUDIT SKIPPED: the data on vulnerabilities cannot be had from here, so no pinned package was looked up."


@dataclass(frozen=True)
class Verdict:
    """How the audit ended."""

    code: int
    says: str


def judge(code: int, found: str, complaints: str) -> Verdict:
    """Tell what pip-audit has found by how it ended and what it printed."""
    if not found.startswith("{"):
        is_away = code != 0 and OUT_OF_REACH.search(complaints)
        return Verdict(0, SKIPPED) if is_away else Verdict(1, f"The audit did not work.\n{complaints}")
    packages = json.loads(found)["dependencies"]
    missed = [package["name"] for package in packages if "skip_reason" in package]
    if len(missed) == len(packages):
        return Verdict(0, SKIPPED)
    faults = [_fault(package, fault) for package in packages for fault in package.get("vulns", [])]
    faults += [f"{name}: could not be looked up" for name in missed]
    if faults or code != 0:
        return Verdict(1, "\n".join(faults) or f"The audit did not work.\n{complaints}")
    return Verdict(0, f"No known vulnerabilities in {len(packages)} pinned packages.")


def _fault(package: dict[str, str], fault: dict[str, object]) -> str:
    mended = fault.get("fix_versions")
    fixed = f"mended in {', '.join(map(str, mended))}" if isinstance(mended, list) and mended else "not mended yet"
    return f"{package['name']} {package['version']}: {fault['id']}, {fixed}"


def main() -> None:
    """Run pip-audit, say what came of it, and end accordingly."""
    program = Path(sys.executable).with_name("pip-audit")
    ended = subprocess.run([program, *COMMAND], cwd=PROJECT, capture_output=True, text=True, check=False)
    verdict = judge(ended.returncode, ended.stdout, ended.stderr)
    print(verdict.says)
    sys.exit(verdict.code)


if __name__ == "__main__":
    main()
