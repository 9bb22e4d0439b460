"""The web process: `granian --interface wsgi debitura.wsgi:application`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "debitura.settings")
os.environ.setdefault("DEBITURA_WEB", "1")

from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

from debitura.edge.chunked import ReadsChunkedBodies  # noqa: E402

try:
    application = ReadsChunkedBodies(get_wsgi_application())
except ImproperlyConfigured as reason:
    sys.exit(f"debitura: {reason}")
