"""Health checks: `/healthz` for restarts, `/readyz` for load balancers."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from console.ledger.models import Head
from console.operators.access import public


class Unmigrated(Exception):
    """The database lacks migrations or the head of the audit log."""


@public("says only that the process answers")
@require_safe
def healthz(request: HttpRequest) -> HttpResponseBase:
    """Return 200 while requests are answered; a restart would not repair the database."""
    return JsonResponse({"status": "ok"})


@public("says only whether the console works, which has to be known before anyone can sign in")
@require_safe
def readyz(request: HttpRequest) -> HttpResponseBase:
    """Return 200 if the audit log can be read and every migration is applied, else 503."""
    try:
        _require_migrated()
        _require_ledger()
    except (DatabaseError, Unmigrated):
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def _require_ledger() -> None:
    if Head.objects.first() is None:
        raise Unmigrated


@cache
def _require_migrated() -> None:
    """Raise `Unmigrated` until all migrations are applied; the success is cached."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unmigrated
