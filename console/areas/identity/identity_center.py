"""The sign-in configuration, and how many users have a user in IAM Identity Center."""

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

DESCRIBE_OPERATION = "DescribeIdentityProviderConfiguration"
MODE_IDENTITY_CENTER, MODE_BOTH = "IDENTITY_PROVIDER_ONLY", "IDENTITY_PROVIDER_AND_DIRECTORY"
MODE_LABELS = {
    MODE_BOTH: "Identity Center, and the directory's passwords as before (to try it out)",
    MODE_IDENTITY_CENTER: "Identity Center alone: the directory's passwords stop working",
}
MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Association:
    """Users with and without a user in Identity Center; those in `unread` may have one."""

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
        """Return how many known users without one are not in `without`."""
        return self.missing - self.unread - len(self.without)


def read_configuration(actor: Actor, organization: Organization) -> dict[str, Any]:
    """Return the configuration as WorkMail has it; empty if there is none."""
    try:
        return gateway.call(actor, DESCRIBE_OPERATION, organization)
    except errors.Refused as answer:
        if answer.code != "ResourceNotFoundException":
            raise
        return {}


def is_identity_center_only(configuration: Mapping[str, Any]) -> bool:
    return configuration.get("AuthenticationMode") == MODE_IDENTITY_CENTER


def get_association(actor: Actor, organization: Organization) -> Association:
    """Return the counts, from the mirror, of the users that `actor` can see."""
    people = get_mailbox_users(actor, organization)
    tied = people.filter(details__has_key="IdentityProviderUserId").exclude(
        details__IdentityProviderUserId=""
    )
    unread = people.filter(described_at__isnull=True)
    without = people.exclude(pk__in=tied.values("pk")).exclude(described_at__isnull=True)
    return Association(
        people.count(),
        tied.count(),
        unread.count(),
        list(without.order_by("sort_display_name", "pk")[:MAX_NAMED]),
        get_completeness(organization).covers(Stage.USERS),
    )


def get_mailbox_users(actor: Actor, organization: Organization) -> EntityQuerySet:
    visible = policy.visible_entities(actor, "DescribeUser", organization)
    return visible.filter(used_mailboxes(), kind=Entity.Kind.USER)
