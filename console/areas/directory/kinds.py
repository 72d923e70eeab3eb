"""What people, groups and resources are called, which operations are theirs, and where their pages are."""

from dataclasses import dataclass

from django.urls import reverse

from console.mirror.models import Entity

Kind = Entity.Kind


@dataclass(frozen=True, slots=True)
class Words:
    """`space` is the namespace of the kind's pages in the URLs; `mailbox` what access to it opens."""

    noun: str
    plural: str
    label: str
    space: str
    listing: str
    describe: str
    member: str
    mailbox: str = "the mailbox of "


OF = {
    Kind.USER: Words("person", "people", "People", "users", "ListUsers", "DescribeUser", "UserId"),
    Kind.GROUP: Words("group", "groups", "Groups", "groups", "ListGroups", "DescribeGroup", "GroupId", ""),
    Kind.RESOURCE: Words(
        "resource",
        "resources",
        "Rooms and equipment",
        "resources",
        "ListResources",
        "DescribeResource",
        "ResourceId",
    ),
}


def of(entity: Entity) -> Words:
    return OF[Kind(entity.kind)]


def mailbox(entity: Entity) -> str:
    """`the mailbox of Ada`, or `nurses` alone: a group has none."""
    return f"{of(entity).mailbox}{entity}"


def place(entity: Entity, name: str = "detail") -> str:
    """The address of one of its pages, in its kind's namespace or another's; "" for a kind that has none."""
    space = of(entity).space
    named = name if ":" in name else f"{space}:{name}"
    return reverse(named, args=[entity.organization.slug, entity.entity_id]) if space else ""


def home(entity: Entity) -> str:
    """The list that it is in."""
    return reverse(f"{of(entity).space}:list", args=[entity.organization.slug])
