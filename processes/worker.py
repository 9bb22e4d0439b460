"""Run jobs, surviving a database that goes away."""

import asyncio
import signal
from contextlib import suppress

import psycopg
import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

PAUSE = 1.0  # seconds
PATIENCE = 5.0  # seconds, for a connection

log = structlog.get_logger("debitura.worker")


async def work(*, concurrency: int) -> None:
    """Run jobs until SIGTERM or SIGINT, then finish those in hand. While the database is away, keep trying."""
    told_to_stop = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, told_to_stop.set)
    is_away = False
    while not told_to_stop.is_set():
        working = asyncio.create_task(_work_with_the_database(concurrency))
        waiting = asyncio.create_task(told_to_stop.wait())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        working.cancel()  # no effect if it has ended
        try:
            with suppress(asyncio.CancelledError):
                await working
            is_away = False
        except (ConnectorException, psycopg.OperationalError) as fault:
            if not is_away:
                log.warning("worker_without_database", cause=type(fault.__cause__ or fault).__name__)
            is_away = True
        with suppress(TimeoutError):
            await asyncio.wait_for(told_to_stop.wait(), PAUSE)


async def _work_with_the_database(concurrency: int) -> None:
    """Run until a connection breaks, with a new connector each time: the library's pool would back off for minutes."""
    parameters = connector_params()
    async with await psycopg.AsyncConnection.connect(**parameters):
        pass
    connector = PsycopgConnector(kwargs=parameters, timeout=PATIENCE, reconnect_timeout=PATIENCE)
    with app.replace_connector(connector):
        async with app.open_async():
            await app.run_worker_async(concurrency=concurrency, install_signal_handlers=False)
