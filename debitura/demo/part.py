"""
Run a module until the demo ends: `python -m debitura.demo.part MODULE ARGUMENTS`.

The demo holds the other end of standard input, which the kernel closes however the demo ends. So even a demo that was
killed leaves no server behind to block the port.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_the_demo() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_demo, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
