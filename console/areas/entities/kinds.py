"""Names, operations and URLs of users, groups and resources."""

from dataclasses import dataclass

from django.urls import reverse

from console.mirror.models import Entity

Kind = Entity.Kind


@dataclass(frozen=True, slots=True)
class KindInfo:
    """Names and operations of a kind; `space` is its URL namespace, `mailbox` a prefix for its mailbox."""

    noun: str
    plural: str
    label: str
    space: str
    listing: str
    describe: str
    member: str
    mailbox: str = "the mailbox of "


KIND_INFO = {
    Kind.USER: KindInfo("person", "people", "People", "users", "ListUsers", "DescribeUser", "UserId"),
    Kind.GROUP: KindInfo("group", "groups", "Groups", "groups", "ListGroups", "DescribeGroup", "GroupId", ""),
    Kind.RESOURCE: KindInfo(
        "resource",
        "resources",
        "Rooms and equipment",
        "resources",
        "ListResources",
        "DescribeResource",
        "ResourceId",
    ),
}


def get_kind_info(entity: Entity) -> KindInfo:
    return KIND_INFO[Kind(entity.kind)]


def mailbox_label(entity: Entity) -> str:
    """Return "the mailbox of Ada", or only the name for a group, which has no mailbox."""
    return f"{get_kind_info(entity).mailbox}{entity}"


def entity_url(entity: Entity, name: str = "detail") -> str:
    """Return the URL of a page, in the namespace of its kind or of `name`; "" if the kind has no pages."""
    space = get_kind_info(entity).space
    named = name if ":" in name else f"{space}:{name}"
    return reverse(named, args=[entity.organization.slug, entity.entity_id]) if space else ""


def list_url(entity: Entity) -> str:
    return reverse(f"{get_kind_info(entity).space}:list", args=[entity.organization.slug])
