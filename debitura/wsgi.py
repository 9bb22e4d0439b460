"""The web process: `granian --interface wsgi debitura.wsgi:application`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "debitura.settings")
os.environ.setdefault("DEBITURA_WEB", "1")

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from clients.countries import load_countries
from edge.chunked import ReadsAnyContentType, ReadsChunkedBodies, WaitsWithoutDatabase
from edge.log_lines import crash_line, hide_values_of_crashes
from processes.web import end_with_the_main_process

hide_values_of_crashes()
end_with_the_main_process()
try:
    django = get_wsgi_application()
    from edge.answer_errors import NeverRaises

    application = NeverRaises(ReadsAnyContentType(ReadsChunkedBodies(WaitsWithoutDatabase(django))))
    load_countries()
except ImproperlyConfigured as fault:
    sys.exit(f"debitura: {fault}")
except Exception as crash:  # noqa: BLE001  # granian would print the traceback, with values of the environment in it
    sys.exit(f"debitura: {crash_line(crash)}")
