"""Crashes, a hundred rounds of each kind: `make chaos`, by hand. Prints the tables of docs/operations.md."""

from __future__ import annotations

import os
import platform
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main(rounds: int) -> None:
    """Kill each of them so often."""
    from tests.chaos.rounds import HEAD, MAILS_HEAD, kill, kill_amid_mails
    from tests.chaos.world import KINDS, world

    with tempfile.TemporaryDirectory(prefix="chaos") as directory:
        machine = f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
        print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}\n\n{HEAD}", flush=True)
        for number, name in enumerate(KINDS):
            with world(Path(directory) / str(number)) as there:
                result = kill(there, name, rounds=rounds)
                print(result.row(), flush=True)
                if result.tally.other_faults:
                    print(f"other answers: {result.tally.other_faults}", flush=True)
        with world(Path(directory) / "mails") as there:
            print(f"\n{MAILS_HEAD}\n{kill_amid_mails(there, rounds=rounds).row()}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left running
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
