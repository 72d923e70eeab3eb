"""The addresses that every kind of entity has below its own: `*of(Kind.GROUP)` among an area's."""

from django.urls import URLPattern, path

from console.areas.directory.kinds import Kind
from console.areas.directory.views import access, addresses, handover, lifecycle, memberships

PAGES = (
    ("enable/", lifecycle.enable, "enable"),
    ("disable/", lifecycle.disable, "disable"),
    ("handover/", handover.hand_over, "handover"),
    ("aliases/add/", addresses.add_alias, "alias-add"),
    ("aliases/remove/", addresses.remove_alias, "alias-remove"),
    ("aliases/primary/", addresses.make_primary, "primary"),
    ("groups/join/", memberships.join, "group-join"),
    ("groups/leave/", memberships.leave, "group-leave"),
    ("readers/put/", access.let_in, "reader-put"),
    ("readers/delete/", access.shut_out, "reader-delete"),
    ("opens/put/", access.let_open, "open-put"),
    ("opens/delete/", access.shut, "open-delete"),
)


def of(kind: Kind) -> list[URLPattern]:
    return [path(f"<str:entity_id>/{route}", view, {"kind": kind}, name) for route, view, name in PAGES]
