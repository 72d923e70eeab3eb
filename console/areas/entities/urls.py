"""URLs that users, groups and resources share, for the `urls` module of each area."""

from django.urls import URLPattern, path

from console.areas.entities import generic_views, views
from console.areas.entities.kinds import Kind

ENTITY_PAGES = (
    ("enable/", generic_views.enable_entity, "enable"),
    ("disable/", generic_views.disable_entity, "disable"),
    ("handover/", views.transfer_to_successor, "handover"),
    ("aliases/add/", views.add_alias, "alias-add"),
    ("aliases/remove/", views.remove_alias, "alias-remove"),
    ("aliases/primary/", views.set_primary_address, "primary"),
    ("groups/join/", views.join_group, "group-join"),
    ("groups/leave/", views.leave_group, "group-leave"),
    ("readers/put/", views.add_grantee, "reader-put"),
    ("readers/delete/", views.remove_grantee, "reader-delete"),
    ("opens/put/", views.add_granted_mailbox, "open-put"),
    ("opens/delete/", views.remove_granted_mailbox, "open-delete"),
)


def entity_urlpatterns(kind: Kind) -> list[URLPattern]:
    return [
        path(f"<str:entity_id>/{route}", view, {"kind": kind}, name) for route, view, name in ENTITY_PAGES
    ]
