"""Which parts of an organization the mirror has read to the end at least once.

A count of what is only half read is not a fact: it is made a `Figure`, which says so wherever it is shown.
"""

from dataclasses import dataclass

from console.mirror.models import Organization, Sync
from console.sync.leases import LISTINGS, Stage

MAILBOXES = (Stage.USERS, Stage.RESOURCES)
PERMISSIONS = (Stage.RELATIONS, Stage.DETAILS)  # and aliases: of groups and resources, and of users
SIZES = (Stage.USERS, Stage.DETAILS)  # of mailboxes


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and whether everything that it counts was read; `partials/figure.html` shows it."""

    count: int
    is_complete: bool

    def __str__(self) -> str:
        return f"{self.count:,}" if self.is_complete else f"{self.count:,} (still being read)"


@dataclass(frozen=True, slots=True)
class Completeness:
    """The stages of the sync that were finished at least once."""

    finished: frozenset[str]

    def covers(self, *stages: str) -> bool:
        return self.finished.issuperset(stages)

    def figure(self, count: int, *stages: str) -> Figure:
        """Return a count of what these stages read."""
        return Figure(count, self.covers(*stages))

    @property
    def has_lists(self) -> bool:
        """Whether all users, groups, resources and domains are known."""
        return self.covers(*LISTINGS)

    def missing(self, *stages: str) -> list[str]:
        """Return the names of those among these stages that were never finished."""
        return [Stage(stage).label.lower() for stage in stages if stage not in self.finished]


def completeness_of(organization: Organization) -> Completeness:
    finished = Sync.objects.filter(organization=organization, finished_at__isnull=False)
    stages = set(finished.values_list("stage", flat=True))
    if organization.listed_at:
        stages.update(LISTINGS)
    if organization.detailed_at:
        stages.add(Stage.DETAILS)
    return Completeness(frozenset(stages))
