"""Show how long each kind of data is stored, what is due, and the latest removals."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse

from console import clock
from console.data_retention import removal
from console.data_retention.kinds import KINDS, RetentionKind
from console.data_retention.models import RetentionRun
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

RUNS_SHOWN = 14  # runs that are shown


@dataclass(frozen=True, slots=True)
class RunSummary:
    run: RetentionRun
    removed: list[tuple[str, int]]


@performs("ReadDataRetention")
def show_overview(request: ConsoleRequest) -> HttpResponse:
    now = clock.now()
    counts = removal.count_due(now, request.organization.organization_id)
    night = removal.last_night(now)
    is_done = RetentionRun.objects.filter(day=night.date(), finished_at__isnull=False).exists()
    context = {
        "title": "Data retention",
        "organization": request.organization,
        "rows": [(kind, counts[kind.name]) for kind in KINDS],
        "next_run": night + timedelta(days=1) if is_done else None,  # a run that is due begins in minutes
        "runs": [_summarize(run, request.organization) for run in RetentionRun.objects.all()[:RUNS_SHOWN]],
    }
    return pages.render_page(request, "data_retention/overview.html", context)


def _summarize(run: RetentionRun, organization: Organization) -> RunSummary:
    """Count what belonged to this organization and to none, not what belonged to others."""
    shown = [run.removed.get(key, {}) for key in ("", organization.organization_id)]
    return RunSummary(run, [(kind.title, count) for kind in KINDS if (count := _total(kind, shown))])


def _total(kind: RetentionKind, shown: list[dict[str, int]]) -> int:
    return sum(counts.get(kind.name, 0) for counts in shown)
