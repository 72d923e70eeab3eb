"""Addresses of the pages about rooms and equipment."""

from django.urls import path

from console.areas.resources.views import listing, resource

app_name = "resources"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("rooms.csv", listing.as_csv, name="csv"),
    path("<str:resource_id>/", resource.detail, name="detail"),
    path("<str:resource_id>/refresh/", resource.refresh, name="refresh"),
]
