"""How the web server runs; production, demo, tests and benchmark take it from here."""

import os
import signal
import threading
import time
from multiprocessing import parent_process

from django.conf import settings

# A connection that is silent, or sends its request byte by byte, costs a place here and a thread that sleeps, so there
# are as many threads as places: whoever waits keeps nobody else waiting. What works at once is limited by the
# connections to the database. Over HTTP/2 one connection could have more than one request.
CONNECTIONS = 512
OPTIONS = [
    *("--interface", "wsgi", "--http", "1", "--no-ws"),
    *("--backpressure", str(CONNECTIONS), "--blocking-threads", str(CONNECTIONS)),
    *("--http1-header-read-timeout", "15000"),  # milliseconds, also between two requests of a connection
    *("--respawn-failed-workers", "--workers-kill-timeout", "20"),
    *("--log-level", "error"),  # it warns of so many threads
]
SECONDS_TO_FINISH = 20


def server(*, host: str, port: int, workers: int) -> list[str]:
    """The module that serves, with its arguments, for `python -m`."""
    application = ":".join(settings.WSGI_APPLICATION.rsplit(".", 1))
    return ["granian", "--host", host, "--port", str(port), "--workers", str(workers), *OPTIONS, application]


def end_with_the_main_process() -> None:
    """
    See to it that this worker process does not outlive the one that started it.

    A main process that is killed takes nobody along, and those that are left would share the port with the next
    release: half of all requests would be answered by code of yesterday.
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
