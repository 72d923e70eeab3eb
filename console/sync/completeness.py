"""The parts of an organization that the mirror has read completely at least once.

A count of what is only half read is not a fact: it is made a `Figure`, which says so wherever it is shown.
"""

from dataclasses import dataclass

from console.mirror.models import Organization, Sync
from console.sync.leases import LISTING_STAGES, Stage

MAILBOX_STAGES = (Stage.USERS, Stage.RESOURCES)
PERMISSION_STAGES = (Stage.RELATIONS, Stage.DETAILS)  # and aliases: of groups and resources, and of users
SIZE_STAGES = (Stage.USERS, Stage.DETAILS)  # of mailboxes


@dataclass(frozen=True, slots=True)
class Figure:
    """A count, and whether everything that it counts was read."""

    count: int
    is_complete: bool

    def __str__(self) -> str:
        return f"{self.count:,}" if self.is_complete else f"{self.count:,} (still being read)"


@dataclass(frozen=True, slots=True)
class Completeness:
    """The stages that were finished at least once."""

    finished: frozenset[str]

    def covers(self, *stages: str) -> bool:
        return self.finished.issuperset(stages)

    def figure(self, count: int, *stages: str) -> Figure:
        """Return a count with its completeness."""
        return Figure(count, self.covers(*stages))

    @property
    def has_lists(self) -> bool:
        """Return whether all users, groups, resources and domains are known."""
        return self.covers(*LISTING_STAGES)

    def missing(self, *stages: str) -> list[str]:
        """Return the names of the stages that were never finished."""
        return [Stage(stage).label.lower() for stage in stages if stage not in self.finished]


def get_completeness(organization: Organization) -> Completeness:
    finished = Sync.objects.filter(organization=organization, finished_at__isnull=False)
    stages = set(finished.values_list("stage", flat=True))
    if organization.listed_at:
        stages.update(LISTING_STAGES)
    if organization.detailed_at:
        stages.add(Stage.DETAILS)
    return Completeness(frozenset(stages))
