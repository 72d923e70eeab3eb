"""Addresses of access control rules, of named networks and of protected people."""

from django.urls import path

from console.areas.access_rules.views import editing, keeping, listing

app_name = "access_rules"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("new/", editing.create, name="create"),
    path("people/", editing.people, name="people"),
    path("test/", listing.test, name="test"),
    path("networks/", keeping.networks, name="networks"),
    path("networks/new/", keeping.network_create, name="network-create"),
    path("networks/<int:pk>/edit/", keeping.network_edit, name="network-edit"),
    path("networks/<int:pk>/delete/", keeping.network_delete, name="network-delete"),
    path("protected/", keeping.protected, name="protected"),
    path("protected/add/", keeping.protect, name="protect"),
    path("protected/<int:pk>/remove/", keeping.unprotect, name="unprotect"),
    path("rules/<slug:rule>/edit/", editing.edit, name="edit"),
    path("rules/<slug:rule>/delete/", editing.delete, name="delete"),
]
