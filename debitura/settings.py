"""Settings, read from the environment; docs/operations.md explains each variable."""

import secrets
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from debitura import embedded_postgres
from debitura.environment import Environment, network, of_production
from edge.chunked import MAX_BODY, MAX_FORM, in_words
from edge.encryption import read_keys
from edge.log_lines import configure_logging
from edge.mailbox import is_address

BASE_DIR = Path(__file__).resolve().parent.parent


env = Environment()

DEBUG = env.switch("DEBUG", default=False)
# The demo's mailbox and its link on the landing page. A separate setting, since pytest turns DEBUG off.
HAS_DEMO_PAGES = DEBUG
ENVIRONMENT = env.str("ENVIRONMENT", default="test" if DEBUG else "production")
# For development and the demo; in production nothing is written to files.
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / ".data")


def _needed(name: str) -> str:
    """The value of a variable that must be set unless DEBUG is on."""
    value: str = env.str(name, default="").strip(", ")
    if not value:
        raise ImproperlyConfigured(f"DEBUG is off and {name} is not set; docs/operations.md lists what a server needs.")
    return value


def _debug_secret(name: str, make: Callable[[int], str]) -> str:
    """A secret kept in DATA_DIR, so that a development server's cookies, codes and rows survive a restart."""
    kept = DATA_DIR / name.lower()
    if not kept.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        kept.write_text(make(64))
    return kept.read_text()


def _secret(name: str, make: Callable[[int], str]) -> str:
    value: str = env.str(name, default="")
    return value or (_debug_secret(name, make) if DEBUG else _needed(name))


SECRET_KEY = _secret("SECRET_KEY", secrets.token_urlsafe)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# For secrets that must be decrypted again, such as second factors: the first encrypts, all decrypt.
ENCRYPTION_KEYS = read_keys(_secret("ENCRYPTION_KEYS", secrets.token_hex).split(","))
_hosts = env.str("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]" if DEBUG else "").split(",")
ALLOWED_HOSTS: list[str] = [host.strip() for host in _hosts if host.strip()] or [_needed("ALLOWED_HOSTS")]
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", cast=network, default=[])

# URLs that partners pass on to clients are built from this, never from the request (product-rules 2.3).
ONBOARDING_BASE_URL = (
    env.str("ONBOARDING_BASE_URL", default="http://localhost:8000" if DEBUG else "") or _needed("ONBOARDING_BASE_URL")
).rstrip("/")
_over_tls = urlsplit(ONBOARDING_BASE_URL).scheme == "https"
if not DEBUG and not _over_tls:
    raise ImproperlyConfigured("ONBOARDING_BASE_URL must begin with https:// when DEBUG is off.")
if not urlsplit(ONBOARDING_BASE_URL).hostname or set("?#") & set(ONBOARDING_BASE_URL):
    raise ImproperlyConfigured("ONBOARDING_BASE_URL must name a host, and no query.")
if DEBUG and (_found := of_production(ONBOARDING_BASE_URL, ALLOWED_HOSTS, ENVIRONMENT)):
    raise ImproperlyConfigured(
        f"DEBUG is on, and {', '.join(_found)} as in production: take DEBUG away on a server, or these on your machine."
    )
SUPPORT_CONTACT: str = env.str("SUPPORT_CONTACT", default="support@debitura.example")
if not is_address(SUPPORT_CONTACT):
    raise ImproperlyConfigured("SUPPORT_CONTACT must be an e-mail address.")

# A 409 reveals that a company is a client: the limit per partner in 24 hours, and from how many on support is mailed.
KNOWN_COMPANIES_A_DAY: int = env.number("KNOWN_COMPANIES_A_DAY", default=200, least=1, most=1_000_000)
KNOWN_COMPANIES_TOLD_AT: int = env.number("KNOWN_COMPANIES_TOLD_AT", default=50, least=1, most=1_000_000)
# How long an unproven address counts as the client's for whom it was entered.
UNPROVEN_ADDRESSES_STAND_FOR_DAYS: int = env.number("UNPROVEN_ADDRESSES_STAND_FOR_DAYS", default=30, least=0, most=3650)


DATABASE_URL = env.str("DATABASE_URL", default="") or ("" if DEBUG else _needed("DATABASE_URL"))
# The embedded server, used where no database is named. Not started here, since type checkers import settings too.
EMBEDDED_POSTGRES = None if DATABASE_URL else DATA_DIR / "postgres"
if EMBEDDED_POSTGRES:
    DATABASE_URL = embedded_postgres.url(EMBEDDED_POSTGRES)
# Only web requests have short timeouts: migrations and the worker may take longer.
IS_WEB_PROCESS = env.switch("DEBITURA_WEB", default=False)
WEB_TIMEOUTS = "-c lock_timeout=2s -c statement_timeout=4s -c idle_in_transaction_session_timeout=15s"

DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"]["ENGINE"] = "edge.postgresql"
DATABASES["default"]["OPTIONS"] = {
    # Binding and preparing on the server halves the time that a request spends in PostgreSQL.
    "server_side_binding": True,
    "prepare_threshold": 3,
    # So that a database host that vanishes, or a broken network, is noticed within seconds.
    "connect_timeout": 2 if IS_WEB_PROCESS else 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,  # milliseconds
    **DATABASES["default"].get("OPTIONS", {}),
}
if IS_WEB_PROCESS:
    DATABASES["default"]["SHARED_CONNECTIONS"] = env.number("DATABASE_POOL_MAX", default=16, least=1, most=1_000)
    if env.switch("DATABASE_SETS_TIMEOUTS", default=True):
        DATABASES["default"]["OPTIONS"]["options"] = WEB_TIMEOUTS
# The embedded server does not wait for the disk; in production /readyz fails if the database can lose committed data.
DATABASE_MUST_BE_DURABLE = not DEBUG
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


INSTALLED_APPS = [
    "onboarding",
    "cases",
    "clients",
    "partners",
    "staff",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "processes",
    # Its pages exist only with DEBUG, and its command refuses to run without.
    "debitura.demo",
]

MIDDLEWARE = [
    "edge.request_log.RequestLogMiddleware",
    "edge.client_ip.ForwardedSchemeMiddleware",
    "edge.headers.HeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # API calls are answered here; the middleware below is for pages only.
    "edge.api_middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "edge.answer_errors.DatabaseAwayMiddleware",
    "edge.answer_errors.ErrorBodiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "edge.page_middleware.PageCsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.idle.StaffIdleMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "debitura.urls"
API_URLCONF = "debitura.api_urls"
WSGI_APPLICATION = "debitura.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG


AUTH_USER_MODEL = "staff.Staff"
PASSWORD_HASHERS = ["staff.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
STAFF_SECOND_FACTOR: bool = env.switch("STAFF_SECOND_FACTOR", default=not DEBUG)
STAFF_IDLE_SECONDS = 30 * 60
# An admin's mailbox is enough to sign. So once a client has signed, a second colleague must confirm a new address.
CORRECTIONS_TAKE_TWO: bool = env.switch("CORRECTIONS_TAKE_TWO", default=True)
OTP_TOTP_ISSUER = "Debitura"
SESSION_ENGINE = "staff.sessions"
# In a cookie, so that showing a message writes no row. The cookie can be read, so messages name nobody.
MESSAGE_STORAGE = "staff.messages.Messages"


# For pages. The admin and the docs page allow more; answers that are not HTML allow nothing (edge/headers.py).
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = _over_tls
SECURE_HSTS_SECONDS = 31_536_000 if _over_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _over_tls
SECURE_HSTS_PRELOAD = _over_tls
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _over_tls
# The prefix keeps other hosts of the domain from planting cookies; browsers accept it only over TLS.
COOKIE_PREFIX = "__Host-" if _over_tls else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# "CsrfViewMiddleware is missing": the check looks for that class by name, and ours is a subclass.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
CSRF_FAILURE_VIEW = "edge.answer_errors.csrf_failed"
SESSION_COOKIE_AGE = 24 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Bytes of a form; the largest is a draft of the agreement. Decoding a megabyte of escapes would take 200 ms of CPU.
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_FORM
# Uploads are small, so they stay in memory and are never written to disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]


# Per API key and process; 0 means no limit.
CALLS_A_SECOND: int = env.number("CALLS_A_SECOND", default=100, least=0, most=1_000_000)
CALLS_AT_ONCE: int = env.number("CALLS_AT_ONCE", default=64, least=0, most=1_000_000)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["partners.authentication.XApiKeyAuthentication"],
    # Closed by default: each operation names who may call it.
    "DEFAULT_PERMISSION_CLASSES": ["edge.negotiation.Closed"],
    "DEFAULT_THROTTLE_CLASSES": ["partners.call_rate.CallRate"],
    "DEFAULT_PARSER_CLASSES": ["edge.json_body.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "edge.negotiation.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "edge.operation_schema.OperationSchema",
    "EXCEPTION_HANDLER": "edge.answer_errors.answer_exception",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}

# Properties in answers that are not in the original contract, from which partners have generated clients.
BEYOND_THE_CONTRACT = [
    "agreement",
    "referralFeePercentage",
    "client.officePhone",
    "client.state",
    "users.name",
    "users.role",
    "validationErrors",
]

SPECTACULAR_SETTINGS = {
    "TITLE": "Debitura Referral Partner API",
    "DESCRIPTION": (
        "Bring your customers to Debitura as clients. Send your key in the header `XApiKey`, and JSON in UTF-8 of at "
        f"most {in_words(MAX_BODY)}, over https: a call without TLS is a 403. Property names are taken in any letter "
        "case; unknown ones are refused. Times are UTC. Every answer has an `X-Request-Id`: name it when you write "
        "to us. An `error` is a name that stays as it is, a message may change its words.\n\n"
        "Clients that were generated from the first contract go on working. What there is not, and that contract does "
        "not call nullable, is left out. Beyond it, answers hold "
        + ", ".join(f"`{name}`" for name in BEYOND_THE_CONTRACT)
        + "; and every operation may answer 401, 429 and 503.\n\n"
        "What you need not send may be left out, or be null, empty or blanks; the nil UUID says nothing either. A body "
        "is taken as `application/json`, `application/*+json` or `text/json`, uncompressed."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    # What serves the description serves the API, by whatever host name; the docs page may call no other origin.
    "SERVERS": [{"url": "/", "description": "Where this description is"}],
    "POSTPROCESSING_HOOKS": [],  # words of a few have names of their own, so none are made up
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}


SMTP = "django.core.mail.backends.smtp.EmailBackend"
DEMO_MAIL = "debitura.demo.mail.DemoMailBackend"
_backend = env.str("EMAIL_BACKEND", default="") or (DEMO_MAIL if DEBUG else SMTP)
if _backend == DEMO_MAIL and not DEBUG:
    raise ImproperlyConfigured("EMAIL_BACKEND is the demo's, which shows everybody's mail.")
MAILERS = {
    "default": {
        "BACKEND": _backend,
        "OPTIONS": {
            "host": env.str("EMAIL_HOST", default="localhost"),
            "port": env.number("EMAIL_PORT", default=25, least=1, most=65_535),
            "username": env.str("EMAIL_USER", default=""),
            "password": env.str("EMAIL_PASSWORD", default=""),
            "use_tls": env.switch("EMAIL_USE_TLS", default=False),
            "timeout": 10,
        }
        if _backend == SMTP
        else {},
    }
}
# A django-anymail backend reads its provider's key from here: ANYMAIL={"POSTMARK_SERVER_TOKEN": "…"}.
ANYMAIL = env.json("ANYMAIL", default={})
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Debitura <no-reply@debitura.example>")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must hold an e-mail address.")

# In seconds. A killed worker is noticed after 20; another one then does the jobs it had in hand.
PROCRASTINATE_WORKER_DEFAULTS = {"update_heartbeat_interval": 5.0, "stalled_worker_timeout": 20.0}


PGHISTORY_APPEND_ONLY = True


LOGGING = configure_logging(json=env.switch("LOG_JSON", default=not DEBUG), environment=ENVIRONMENT)
