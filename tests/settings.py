"""The project's settings on the embedded PostgreSQL, with what tests do not need made quick."""

import os

os.environ["DEBUG"] = "1"
os.environ.setdefault("LOG_JSON", "1")

from debitura import embedded_postgres
from debitura.settings import *  # noqa: F403
from debitura.settings import DATABASES, EMBEDDED_POSTGRES, INSTALLED_APPS

if EMBEDDED_POSTGRES:
    embedded_postgres.start(EMBEDDED_POSTGRES)

DATABASES["default"]["TEST"] = {"NAME": "test_debitura" + os.environ.get("PYTEST_DB_SUFFIX", "")}
DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=20s"
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "whitenoise.runserver_nostatic"]
# Tests call faster than anybody should.
CALLS_A_SECOND = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ONBOARDING_BASE_URL = "https://onboarding.debitura.test"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# pytest turns DEBUG off, and then WhiteNoise looks for collected files.
WHITENOISE_AUTOREFRESH = True
