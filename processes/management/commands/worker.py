"""`manage.py worker`: run the queued jobs."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from processes.worker import work


class Command(BaseCommand):
    """Run jobs until told to stop."""

    help = "Does what is queued, mail for instance; waits for a database that is away. SIGTERM ends it in order."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of jobs to run at once."""
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at once")

    def handle(self, *args: Any, concurrency: int, **options: Any) -> None:
        """Run the worker until SIGTERM or SIGINT."""
        asyncio.run(work(concurrency=concurrency))
