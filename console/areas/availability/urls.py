"""Addresses of availability configurations; `partner` is the mail domain that one is for."""

from django.urls import path

from console.areas.availability.views import editing, listing

app_name = "availability"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("new/", editing.create, name="create"),
    path("<str:partner>/edit/", editing.edit, name="edit"),
    path("<str:partner>/test/", listing.test, name="test"),
    path("<str:partner>/delete/", listing.delete, name="delete"),
]
