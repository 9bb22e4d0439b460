"""How to run the web server; production, demo, tests and benchmark all use this."""

import os
import signal
import threading
import time
from multiprocessing import parent_process

from django.conf import settings

# A silent or slow client holds one of these connections and a sleeping thread. There are as many threads as
# connections, so it delays nobody else; how many requests do work at once is limited by the database connections.
# HTTP/1 only: over HTTP/2 one connection could carry several requests.
CONNECTIONS = 512
OPTIONS = [
    *("--interface", "wsgi", "--http", "1", "--no-ws"),
    *("--backpressure", str(CONNECTIONS), "--blocking-threads", str(CONNECTIONS)),
    *("--http1-header-read-timeout", "15000"),  # milliseconds; also the keep-alive timeout
    *("--respawn-failed-workers", "--workers-kill-timeout", "20"),
    *("--log-level", "error"),  # at "warning" it complains about so many threads
]
SECONDS_TO_FINISH = 20


def server(*, host: str, port: int, workers: int) -> list[str]:
    """The arguments for `python -m` that run the server."""
    application = ":".join(settings.WSGI_APPLICATION.rsplit(".", 1))
    return ["granian", "--host", host, "--port", str(port), "--workers", str(workers), *OPTIONS, application]


def end_with_the_main_process() -> None:
    """
    Make this worker process end when the main process that started it does.

    A main process that is killed leaves its workers running. They would share the port with the next release, and half
    of all requests would be answered by old code.
    """
    main = parent_process()
    if main is not None and main.pid is not None:
        threading.Thread(target=_watch, args=(main.pid,), name="main-process", daemon=True).start()


def _watch(main: int) -> None:
    while os.getppid() == main:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_FINISH)
    os._exit(1)
