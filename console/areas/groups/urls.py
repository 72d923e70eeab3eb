"""Addresses of the group pages."""

from django.urls import path

from console.areas.directory import urls as directory
from console.areas.directory.kinds import Kind
from console.areas.groups.views import creation, group, lifecycle, listing, members

app_name = "groups"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("count/", listing.count, name="count"),
    path("groups.csv", listing.as_csv, name="csv"),
    path("new/", creation.create, name="create"),
    path("<str:group_id>/", group.detail, name="detail"),
    path("<str:group_id>/refresh/", group.refresh, name="refresh"),
    path("<str:group_id>/edit/", group.edit, name="edit"),
    path("<str:group_id>/delete/", lifecycle.delete, name="delete"),
    path("<str:group_id>/everybody/", group.everybody, name="everybody"),
    path("<str:group_id>/members/", members.members, name="members"),
    path("<str:group_id>/members/members.csv", members.as_csv, name="members-csv"),
    path("<str:group_id>/members/add/", members.add, name="member-add"),
    path("<str:group_id>/members/remove/", members.remove, name="member-remove"),
    *directory.of(Kind.GROUP),
]
