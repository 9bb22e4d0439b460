#!/usr/bin/env python
"""Run a management command; the embedded PostgreSQL is started first where no server is named."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command, or say in one line what the environment lacks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "debitura.settings")
    if not os.environ.get("DATABASE_URL") and os.environ.get("DEBUG"):
        from debitura import embedded_postgres

        embedded_postgres.start(Path(__file__).parent / ".data" / "postgres")
    try:
        import debitura.settings  # noqa: F401  (Django would wrap the reason in a traceback)
    except ImproperlyConfigured as reason:
        sys.exit(f"debitura: {reason}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
