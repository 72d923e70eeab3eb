"""How an organization's people sign in: by the directory, by IAM Identity Center, or by both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.mirror.mailboxes import used_mailboxes
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.sync.completeness import Figure, get_completeness
from console.sync.leases import Stage

DESCRIBE = "DescribeIdentityProviderConfiguration"
ONLY, BOTH = "IDENTITY_PROVIDER_ONLY", "IDENTITY_PROVIDER_AND_DIRECTORY"
MODES = {
    BOTH: "Identity Center, and the directory's passwords as before (to try it out)",
    ONLY: "Identity Center alone: the directory's passwords stop working",
}
NAMED = 20


@dataclass(frozen=True, slots=True)
class Association:
    """How many of those who sign in have a user of Identity Center, and some of those who have none.

    `unread` are those of whom the console does not know yet: a warning counts them among those without.
    """

    people: int
    associated: int
    unread: int
    without: list[Entity]
    is_read: bool = True  # whether the mirror knows all users

    @property
    def total(self) -> Figure:
        return Figure(self.people, self.is_read)

    @property
    def missing(self) -> int:
        return self.people - self.associated

    @property
    def more(self) -> int:
        """How many are known to have none beside those in `without`."""
        return self.missing - self.unread - len(self.without)


def described(actor: Actor, organization: Organization) -> dict[str, Any]:
    """The configuration as WorkMail has it; empty where nobody has made one."""
    try:
        return gateway.call(actor, DESCRIBE, organization)
    except errors.Refused as answer:
        if answer.code != "ResourceNotFoundException":
            raise
        return {}


def is_only(configuration: Mapping[str, Any]) -> bool:
    return configuration.get("AuthenticationMode") == ONLY


def association(actor: Actor, organization: Organization) -> Association:
    """Counted from the mirror, among those whom `actor` may see."""
    people = signing_in(actor, organization)
    tied = people.filter(details__has_key="IdentityProviderUserId").exclude(
        details__IdentityProviderUserId=""
    )
    unread = people.filter(described_at__isnull=True)
    without = people.exclude(pk__in=tied.values("pk")).exclude(described_at__isnull=True)
    return Association(
        people.count(),
        tied.count(),
        unread.count(),
        list(without.order_by("sort_display_name", "pk")[:NAMED]),
        get_completeness(organization).covers(Stage.USERS),
    )


def signing_in(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Those with a mailbox of their own to sign in to."""
    seen = policy.visible_entities(actor, "DescribeUser", organization)
    return seen.filter(used_mailboxes(), kind=Entity.Kind.USER)
