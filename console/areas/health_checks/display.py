"""Results of the latest review, most urgent first, with links to their fixes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from console.actor import Actor
from console.areas.health_checks.definitions import HealthCheck, PageLink
from console.areas.health_checks.models import Finding, Review, Tone
from console.areas.health_checks.registry import CHECKS
from console.mirror.models import Organization
from console.operators import policy

REVIEWS_SHOWN = 10  # runs of which a check's tones are shown
TONE_ORDER = [Tone.BAD.value, Tone.LOOK.value, Tone.UNKNOWN.value, Tone.GOOD.value]
FAILED_TONES = frozenset({Tone.BAD.value, Tone.LOOK.value})


@dataclass(frozen=True, slots=True)
class CheckLink:
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check with its latest result; `before` are the tones of earlier reviews, oldest first."""

    check: HealthCheck
    finding: Finding
    mend: CheckLink | None = None
    form: CheckLink | None = None
    listing: CheckLink | None = None
    before: list[Tone] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        return self.finding.tone in FAILED_TONES

    @property
    def more(self) -> int:
        return max(self.finding.count - len(self.finding.evidence), 0) if self.is_wrong else 0


def latest_reviews(organization: Organization) -> list[Review]:
    """Return the latest reviews with their results, latest first."""
    reviews = Review.objects.filter(organization=organization).prefetch_related("findings")
    return list(reviews[:REVIEWS_SHOWN])


def check_rows(actor: Actor, organization: Organization, reviews: list[Review]) -> list[CheckRow]:
    """Return the checks of the latest review; checks added since are left out."""
    if not reviews:
        return []
    now, *earlier = [{each.check_id: each for each in review.findings.all()} for review in reviews]
    rows = [
        _check_row(
            actor,
            organization,
            check,
            now[check.id],
            [past[check.id] for past in earlier if check.id in past],
        )
        for check in CHECKS
        if check.id in now
    ]
    return sorted(rows, key=lambda row: TONE_ORDER.index(row.finding.tone))


def count_tones(rows: Iterable[CheckRow]) -> list[tuple[Tone, int]]:
    """Return the count of each tone; failed and warning are listed even if there are none."""
    tones = [row.finding.tone for row in rows]
    counts = [(tone, tones.count(tone.value)) for tone in (Tone.BAD, Tone.LOOK, Tone.UNKNOWN, Tone.GOOD)]
    return [(tone, count) for tone, count in counts if count or tone is not Tone.UNKNOWN]


def _check_row(
    actor: Actor, organization: Organization, check: HealthCheck, finding: Finding, earlier: list[Finding]
) -> CheckRow:
    """Return a row with the links that the operator may open."""
    is_wrong = finding.tone in FAILED_TONES
    return CheckRow(
        check,
        finding,
        mend=_fix_link(actor, organization, check) if is_wrong else None,
        form=_page_link(actor, organization, check.form) if is_wrong else None,
        listing=_page_link(actor, organization, check.listing),
        before=[Tone(each.tone) for each in reversed(earlier)],
    )


def may_fix(actor: Actor, organization: Organization, check: HealthCheck) -> bool:
    """Return whether the operator may perform every operation of the fix."""
    return check.mend is not None and all(
        policy.covers_organization(actor, each, organization) for each in check.mend.operations
    )


def _fix_link(actor: Actor, organization: Organization, check: HealthCheck) -> CheckLink | None:
    if check.mend is None or not may_fix(actor, organization, check):
        return None
    return CheckLink(reverse("posture:mend", args=[organization.slug, check.id]), check.mend.verb)


def _page_link(actor: Actor, organization: Organization, form: PageLink | None) -> CheckLink | None:
    if form is None or not policy.allows(actor, form.operation, organization):
        return None
    return CheckLink(reverse(form.url_name, args=[organization.slug]) + form.query, form.verb)
