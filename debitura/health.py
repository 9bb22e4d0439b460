"""Health checks: whether this process is alive, and whether it can serve requests."""

from functools import cache

from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from edge.answer_errors import takes_plain_http

# With any of these off, a crash can lose committed data.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
# Plain SQL: the migrations' table has no model in our apps, and settings are in no table.
ASK = """
SELECT (SELECT array_agg(app || '.' || name) FROM django_migrations),
       (SELECT array_agg(name) FROM unnest(%s::text[]) AS name WHERE current_setting(name) = 'off')
"""


@takes_plain_http
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers. Does not ask the database, so that its outage restarts no web server."""
    return JsonResponse({"status": "ok"})


@takes_plain_http
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database answers, has all of this code's migrations, and loses no committed data."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(ASK, [list(DURABLE)])
            applied, switched_off = cursor.fetchone()
    except ProgrammingError:  # no table of migrations
        return _not_ready("migrations missing")
    except DatabaseError:
        return _not_ready("database unreachable")
    if not _migrations() <= set(applied or ()):
        return _not_ready("migrations missing")
    if switched_off and settings.DATABASE_MUST_BE_DURABLE:
        return _not_ready(f"the database may lose what it acknowledged: {', '.join(sorted(switched_off))} off")
    return JsonResponse({"status": "ok"})


def _not_ready(cause: str) -> JsonResponse:
    return JsonResponse({"status": cause}, status=503)


@cache
def _migrations() -> frozenset[str]:
    """The last migration of each app. Cached: the code does not change while the process runs."""
    return frozenset(f"{app}.{name}" for app, name in MigrationLoader(None).graph.leaf_nodes())
