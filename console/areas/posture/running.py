"""Running the checks: everything asked together, each judged by itself, all of it kept as one review."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from console import clock
from console.areas.posture import facts
from console.areas.posture.facts import Facts
from console.areas.posture.models import KEPT, Finding, Review
from console.areas.posture.results import Check, Result, unknown
from console.areas.posture.table import CHECKS
from console.aws import errors
from console.mirror.models import Organization
from console.sync.completeness import Completeness, get_completeness

NIGHT = 2  # o'clock UTC, when everything is checked
NIGHTLY = "the console, as every night"
logger = logging.getLogger(__name__)


def gather(organization: Organization, checks: Iterable[Check]) -> Facts:
    return Facts(organization, [asked for check in checks for asked in check.asks(organization)])


def look(organization: Organization, checks: Sequence[Check] = CHECKS) -> dict[str, Result]:
    """What every check says now, by its id."""
    gathered, known = gather(organization, checks), get_completeness(organization)
    return {check.id: judge(check, gathered, known) for check in checks}


def judge(check: Check, gathered: Facts, known: Completeness) -> Result:
    """What AWS did not answer, or the mirror has not read, is not known: the other checks go on."""
    if missing := known.missing(*check.reads):
        return unknown(f"Not checked, because this is still being read: {', '.join(missing)}.")
    try:
        return check.look(gathered)
    except errors.CallFailed as failure:
        return unknown(f"{facts.said(failure)} This was not checked.")


def run(organization: Organization, by: str) -> Review:
    """Look now, and keep what was found."""
    found = look(organization)
    with transaction.atomic():
        review = Review.objects.create(organization=organization, by=by, at=clock.now())
        Finding.objects.bulk_create(_finding(review, name, result) for name, result in found.items())
        _prune(organization)
    return review


def sweep(now: datetime | None = None) -> None:
    """Everything that has not been checked since last night; one that fails keeps none from its check."""
    for organization in due(now or clock.now()):
        try:
            run(organization, NIGHTLY)
        except Exception:
            logger.exception("the posture of %s could not be checked", organization.slug)


def due(now: datetime) -> list[Organization]:
    """A directory that was never read completely has to wait: much would seem to be missing."""
    night = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    since = night if night <= now else night - timedelta(days=1)
    done = Review.objects.filter(at__gte=since).values("organization")
    there = Organization.objects.filter(listed_at__isnull=False).exclude(state=Organization.DELETED)
    return list(there.exclude(pk__in=done))


def _finding(review: Review, name: str, result: Result) -> Finding:
    return Finding(
        review=review,
        check_id=name,
        tone=result.tone,
        said=result.said[:500],
        count=result.count,
        evidence=[[line.text, line.href] for line in result.evidence],
    )


def _prune(organization: Organization) -> None:
    kept = Review.objects.filter(organization=organization).values_list("pk", flat=True)[:KEPT]
    Review.objects.filter(organization=organization).exclude(pk__in=list(kept)).delete()
