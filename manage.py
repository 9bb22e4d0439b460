#!/usr/bin/env python
"""Run a management command; the embedded PostgreSQL is started first where no server is named."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from debitura import embedded_postgres
from edge.log_lines import hide_values_of_crashes


def main() -> None:
    """Run the command, or say in one line what the environment lacks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "debitura.settings")
    if not sys.stderr.isatty():
        hide_values_of_crashes()  # to whoever collects logs; a person at a terminal gets the whole traceback
    try:
        from debitura import settings  # Django would wrap the reason in a traceback
    except ImproperlyConfigured as reason:
        sys.exit(f"debitura: {reason}")
    if settings.EMBEDDED_POSTGRES:
        embedded_postgres.start(settings.EMBEDDED_POSTGRES)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
