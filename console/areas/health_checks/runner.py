"""Run the checks and store the results as one review."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from console import clock
from console.areas.health_checks import check_data
from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.definitions import CheckResult, HealthCheck, not_known
from console.areas.health_checks.models import STORED_REVIEWS, Finding, Review
from console.areas.health_checks.registry import CHECKS
from console.aws import errors
from console.mirror.models import Organization
from console.sync.completeness import Completeness, get_completeness

NIGHTLY_HOUR = 2  # o'clock UTC, when everything is checked
NIGHTLY_ACTOR = "the console, as every night"
logger = logging.getLogger(__name__)


def read_check_data(organization: Organization, checks: Iterable[HealthCheck]) -> CheckData:
    return CheckData(organization, [asked for check in checks for asked in check.asks(organization)])


def run_checks(organization: Organization, checks: Sequence[HealthCheck] = CHECKS) -> dict[str, CheckResult]:
    """Return the result of each check by its id."""
    gathered, known = read_check_data(organization, checks), get_completeness(organization)
    return {check.id: run_check(check, gathered, known) for check in checks}


def run_check(check: HealthCheck, gathered: CheckData, known: Completeness) -> CheckResult:
    """Return the result of a check; "not known" if AWS did not answer or the mirror is incomplete."""
    if missing := known.missing(*check.reads):
        return not_known(f"Not checked, because this is still being read: {', '.join(missing)}.")
    try:
        return check.look(gathered)
    except errors.CallFailed as failure:
        return not_known(f"{check_data.failure_text(failure)} This was not checked.")


def run_review(organization: Organization, by: str) -> Review:
    """Run all checks and store the results."""
    results = run_checks(organization)
    with transaction.atomic():
        review = Review.objects.create(organization=organization, by=by, at=clock.now())
        Finding.objects.bulk_create(_build_finding(review, name, result) for name, result in results.items())
        _delete_old_reviews(organization)
    return review


def run_due_reviews(now: datetime | None = None) -> None:
    """Review every organization that was not checked since last night; failures are logged."""
    for organization in due_organizations(now or clock.now()):
        try:
            run_review(organization, NIGHTLY_ACTOR)
        except Exception:
            logger.exception("the posture of %s could not be checked", organization.slug)


def due_organizations(now: datetime) -> list[Organization]:
    """Return the organizations to review; one that was never read completely has to wait."""
    night = now.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    since = night if night <= now else night - timedelta(days=1)
    done = Review.objects.filter(at__gte=since).values("organization")
    there = Organization.objects.filter(listed_at__isnull=False).exclude(state=Organization.DELETED)
    return list(there.exclude(pk__in=done))


def _build_finding(review: Review, name: str, result: CheckResult) -> Finding:
    return Finding(
        review=review,
        check_id=name,
        tone=result.tone,
        said=result.said[:500],
        count=result.count,
        evidence=[[line.text, line.href] for line in result.evidence],
    )


def _delete_old_reviews(organization: Organization) -> None:
    newest = Review.objects.filter(organization=organization).values_list("pk", flat=True)[:STORED_REVIEWS]
    Review.objects.filter(organization=organization).exclude(pk__in=list(newest)).delete()
