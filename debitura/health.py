"""Whether this process is alive, and whether it can work."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers. Asks nothing of the database, so that an outage there restarts no web server."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database answers and has every migration of this code."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return JsonResponse({"status": "migrations missing"}, status=503)
    return JsonResponse({"status": "ok"})
