"""
The browser of the journeys: one that is on this machine, else Playwright's, else the system's package.

`python -m tests.journeys.browser` gets one and says what it does meanwhile; `make test` does that first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
OF_MACOS = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Chromium", "Google Chrome")]
HOW = "name one in CHROMIUM, or install Chromium (Debian: apt-get install chromium)"
NO_BROWSER = f"there is no browser that runs here: {HOW}"


def is_required() -> bool:
    """Whether a build may not go on without; .ci/run says so."""
    return os.environ.get("BROWSER_REQUIRED", "0") not in ("", "0")


def find_browser() -> str | None:
    """Return the program of a browser that runs here. Where CHROMIUM names one, no other will do."""
    named = os.environ.get("CHROMIUM")
    return next(filter(_runs, [shutil.which(named) or named] if named else _on_this_machine()), None)


def get_browser() -> str | None:
    """The same; where there is none, try to get one."""
    ways: list[Callable[[], None]] = [] if os.environ.get("CHROMIUM") else [_download, _install_package]
    found = find_browser()
    while found is None and ways:
        ways.pop(0)()
        found = find_browser()
    return found


def _on_this_machine() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from OF_MACOS
    yield _of_playwright()


def _of_playwright() -> str:
    """Where Playwright keeps its own, if it has any; asked last, since that takes half a second."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _runs(program: str) -> bool:
    """Whether it starts: a download may lack libraries of the system, and a snap's stub only says that it is one."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _download() -> None:
    _say("No browser for the journeys is here. Downloading Playwright's Chromium (about 180 MB, once) ...")
    _run([sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"])


def _install_package() -> None:
    as_root = _as_root()
    if as_root is None or shutil.which("apt-get") is None:
        _say("The system's package cannot be installed: that takes apt-get, and root or sudo without a password.")
        return
    _say("Installing the system's package `chromium` with apt-get (about 300 MB, once) ...")
    _run([*as_root, "apt-get", "update", "--quiet", "--quiet"])
    wanted = ["--quiet", "--yes", "--no-install-recommends", "chromium"]
    _run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *wanted])


def _as_root() -> list[str] | None:
    """What to write before a command that root may do; None where nothing helps."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _run(command: list[str]) -> None:
    """Show what it says of its progress, and of its complaints the first."""
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if ended.returncode != 0:
        complaint = next((line for line in ended.stderr.splitlines() if "rror" in line or line.startswith("E:")), "")
        _say(f"That did not work. {complaint}".rstrip())


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def main() -> None:
    """Get a browser, or say loudly that the journeys will not be run; a build that needs one ends here."""
    if get_browser() is None:
        _say(f"JOURNEYS WILL NOT BE RUN: {NO_BROWSER}.")
        sys.exit(1 if is_required() else 0)


if __name__ == "__main__":
    main()
