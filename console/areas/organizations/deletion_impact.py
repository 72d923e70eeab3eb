"""What is deleted with an organization."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.actor import Actor
from console.areas.retention.impact import affected_mailboxes, unexported_mailboxes
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.web import settings_reads

SAMPLE_SIZE = 10
# What the console keeps no copy of is counted by asking: the read, the member with the list, its name.
COUNTED_LISTS = (
    ("ListAccessControlRules", "Rules", "access control rule"),
    ("ListMobileDeviceAccessRules", "Rules", "rule for mobile devices"),
    ("ListImpersonationRoles", "Roles", "impersonation role"),
    ("ListAvailabilityConfigurations", "AvailabilityConfigurations", "availability configuration"),
)


@dataclass(frozen=True, slots=True)
class NameSample:
    """A count and the first names."""

    count: int
    names: list[str]

    @property
    def more(self) -> int:
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class DeletionImpact:
    enabled: NameSample
    missing: NameSample  # mailboxes without a completed export
    domains: list[str]
    kinds: list[tuple[int, str]]
    rules: list[str]


def read_deletion_impact(actor: Actor, organization: Organization) -> DeletionImpact:
    return DeletionImpact(
        enabled=sample_names(Entity.objects.filter(organization=organization, kind="user", state="ENABLED")),
        missing=sample_names(unexported_mailboxes(organization)),
        domains=list(organization.domains.values_list("name", flat=True)),
        kinds=[
            (
                affected_mailboxes(organization).count(),
                "mailboxes with all mail, calendars, contacts and tasks",
            ),
            (_count_existing(organization, "group"), "groups"),
            (_count_existing(organization, "resource"), "resources"),
        ],
        rules=list(_count_rules(actor, organization)),
    )


def sample_names(entities: EntityQuerySet) -> NameSample:
    ordered = entities.order_by("sort_name", "pk")
    return NameSample(entities.count(), [each.email or each.name for each in ordered[:SAMPLE_SIZE]])


def _count_existing(organization: Organization, kind: str) -> int:
    return Entity.objects.filter(organization=organization, kind=kind).exclude(state="DELETED").count()


def _count_rules(actor: Actor, organization: Organization) -> Iterator[str]:
    """Yield the counts of rules and roles; a list that cannot be read is shown as not known."""
    for operation, member, name in COUNTED_LISTS:
        if not policy.allows(actor, operation, organization):
            continue
        look = settings_reads.read_listing(actor, operation, organization, member)
        yield f"{name}: not known" if look.problem else _count_text(len(look.shown[member]), name)


def _count_text(count: int, name: str) -> str:
    first, *rest = name.split(" for ")
    return " for ".join([f"{count} {first}{'' if count == 1 else 's'}", *rest])
