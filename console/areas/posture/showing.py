"""What the last review found, as the page shows it: by how urgent it is, with what mends it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from console.actor import Actor
from console.areas.posture.models import Finding, Review, Tone
from console.areas.posture.results import Check, Form
from console.areas.posture.table import CHECKS
from console.mirror.models import Organization
from console.operators import policy

LAST = 10  # runs of which a check's tones are shown
ORDER = [Tone.BAD.value, Tone.LOOK.value, Tone.UNKNOWN.value, Tone.GOOD.value]
WRONG = frozenset({Tone.BAD.value, Tone.LOOK.value})


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One check; `before` are the tones of the runs before, the oldest first."""

    check: Check
    finding: Finding
    mend: Link | None = None
    form: Link | None = None
    listing: Link | None = None
    before: list[Tone] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        return self.finding.tone in WRONG

    @property
    def more(self) -> int:
        return max(self.finding.count - len(self.finding.evidence), 0) if self.is_wrong else 0


def reviews(organization: Organization) -> list[Review]:
    """The last ones with what they found, latest first, in two queries."""
    kept = Review.objects.filter(organization=organization).prefetch_related("findings")
    return list(kept[:LAST])


def rows(actor: Actor, organization: Organization, kept: list[Review]) -> list[Row]:
    """Of the latest; a check that is newer than that is not among them."""
    if not kept:
        return []
    now, *earlier = [{each.check_id: each for each in review.findings.all()} for review in kept]
    found = [
        _row(
            actor,
            organization,
            check,
            now[check.id],
            [past[check.id] for past in earlier if check.id in past],
        )
        for check in CHECKS
        if check.id in now
    ]
    return sorted(found, key=lambda row: ORDER.index(row.finding.tone))


def tally(rows: Iterable[Row]) -> list[tuple[Tone, int]]:
    """How many of each tone there are; wrong ones are told even where there are none."""
    found = [row.finding.tone for row in rows]
    told = [(tone, found.count(tone.value)) for tone in (Tone.BAD, Tone.LOOK, Tone.UNKNOWN, Tone.GOOD)]
    return [(tone, count) for tone, count in told if count or tone is not Tone.UNKNOWN]


def _row(
    actor: Actor, organization: Organization, check: Check, finding: Finding, earlier: list[Finding]
) -> Row:
    """Only what leads somewhere for `actor`."""
    is_wrong = finding.tone in WRONG
    return Row(
        check,
        finding,
        mend=_mend(actor, organization, check) if is_wrong else None,
        form=_link(actor, organization, check.form) if is_wrong else None,
        listing=_link(actor, organization, check.listing),
        before=[Tone(each.tone) for each in reversed(earlier)],
    )


def may_mend(actor: Actor, organization: Organization, check: Check) -> bool:
    """Whether she may do all that the plan could hold."""
    return check.mend is not None and all(
        policy.covers_organization(actor, each, organization) for each in check.mend.operations
    )


def _mend(actor: Actor, organization: Organization, check: Check) -> Link | None:
    if check.mend is None or not may_mend(actor, organization, check):
        return None
    return Link(reverse("posture:mend", args=[organization.slug, check.id]), check.mend.verb)


def _link(actor: Actor, organization: Organization, form: Form | None) -> Link | None:
    if form is None or not policy.allows(actor, form.operation, organization):
        return None
    return Link(reverse(form.url_name, args=[organization.slug]) + form.query, form.verb)
