"""The web process: `granian --interface wsgi debitura.wsgi:application`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "debitura.settings")
os.environ.setdefault("DEBITURA_WEB", "1")

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from debitura.edge.chunked import ReadsChunkedBodies, WaitsWithoutDatabase
from debitura.processes.web import end_with_the_main_process

end_with_the_main_process()
try:
    application = ReadsChunkedBodies(WaitsWithoutDatabase(get_wsgi_application()))
except ImproperlyConfigured as reason:
    sys.exit(f"debitura: {reason}")
