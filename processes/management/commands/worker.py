"""`manage.py worker`: does the jobs."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from processes.worker import work


class Command(BaseCommand):
    """Do jobs until told to stop."""

    help = "Does what is queued, mail for instance; waits for a database that is away. SIGTERM ends it in order."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many jobs it does at once."""
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at once")

    def handle(self, *args: Any, concurrency: int, **options: Any) -> None:
        """Work."""
        asyncio.run(work(concurrency=concurrency))
