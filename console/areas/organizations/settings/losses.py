"""What goes with an organization that is deleted: counted, and named as far as a page can hold names."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.actor import Actor
from console.areas.retention.losses import mailboxes, not_exported
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.web import settings_reads

NAMED = 10
# What the console keeps no copy of is counted by asking: the read, the member with the list, its name.
RULES = (
    ("ListAccessControlRules", "Rules", "access control rule"),
    ("ListMobileDeviceAccessRules", "Rules", "rule for mobile devices"),
    ("ListImpersonationRoles", "Roles", "impersonation role"),
    ("ListAvailabilityConfigurations", "AvailabilityConfigurations", "availability configuration"),
)


@dataclass(frozen=True, slots=True)
class Named:
    """How many there are, and the first of them by name."""

    count: int
    names: list[str]

    @property
    def more(self) -> int:
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class Losses:
    enabled: Named
    missing: Named  # mailboxes without a completed export
    domains: list[str]
    kinds: list[tuple[int, str]]
    rules: list[str]


def losses(actor: Actor, organization: Organization) -> Losses:
    return Losses(
        enabled=named(Entity.objects.filter(organization=organization, kind="user", state="ENABLED")),
        missing=named(not_exported(organization)),
        domains=list(organization.domains.values_list("name", flat=True)),
        kinds=[
            (mailboxes(organization).count(), "mailboxes with all mail, calendars, contacts and tasks"),
            (_living(organization, "group"), "groups"),
            (_living(organization, "resource"), "resources"),
        ],
        rules=list(_rules(actor, organization)),
    )


def named(entities: EntityQuerySet) -> Named:
    ordered = entities.order_by("sort_name", "pk")
    return Named(entities.count(), [each.email or each.name for each in ordered[:NAMED]])


def _living(organization: Organization, kind: str) -> int:
    return Entity.objects.filter(organization=organization, kind=kind).exclude(state="DELETED").count()


def _rules(actor: Actor, organization: Organization) -> Iterator[str]:
    """What cannot be read is said to be unread, not left out."""
    for operation, member, name in RULES:
        if not policy.allows(actor, operation, organization):
            continue
        look = settings_reads.read_listing(actor, operation, organization, member)
        yield f"{name}: not known" if look.problem else _counted(len(look.shown[member]), name)


def _counted(count: int, name: str) -> str:
    first, *rest = name.split(" for ")
    return " for ".join([f"{count} {first}{'' if count == 1 else 's'}", *rest])
