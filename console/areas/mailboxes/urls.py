"""Addresses of the pages about all mailboxes."""

from django.urls import path

from console.areas.mailboxes.views import access, address, handover, listing

app_name = "mailboxes"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("mailboxes.csv", listing.as_csv, name="csv"),
    path("access/", access.listing, name="access"),
    path("access.csv", access.as_csv, name="access-csv"),
    path("address/", address.address, name="address"),
    path("<str:entity_id>/hand-over/", handover.hand_over, name="hand-over"),
]
