"""Addresses of the pages about rooms and equipment."""

from django.urls import path

from console.areas.directory import urls as directory
from console.areas.directory.kinds import Kind
from console.areas.resources.views import creation, delegates, edit, lifecycle, listing, resource

app_name = "resources"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("count/", listing.count, name="count"),
    path("rooms.csv", listing.as_csv, name="csv"),
    path("new/", creation.create, name="create"),
    path("<str:resource_id>/", resource.detail, name="detail"),
    path("<str:resource_id>/refresh/", resource.refresh, name="refresh"),
    path("<str:resource_id>/edit/", edit.edit, name="edit"),
    path("<str:resource_id>/delete/", lifecycle.delete, name="delete"),
    path("<str:resource_id>/delegates/add/", delegates.add, name="delegate-add"),
    path("<str:resource_id>/delegates/remove/", delegates.remove, name="delegate-remove"),
    # Only people and groups can be in a group [documented].
    *(each for each in directory.of(Kind.RESOURCE) if not str(each.name).startswith("group-")),
]
