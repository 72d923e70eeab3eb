"""Addresses of the mail domains."""

from django.urls import path

from console.areas.domains.views import changes, checks, detail, dmarc, listing, moves

app_name = "domains"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("new/", changes.register, name="register"),
    path("inbound-dmarc/", dmarc.edit, name="dmarc"),
    path("<str:domain>/", detail.detail, name="detail"),
    path("<str:domain>/zone/", detail.zone_file, name="zone"),
    path("<str:domain>/addresses/", detail.addresses, name="addresses"),
    path("<str:domain>/move/", moves.move, name="move"),
    path("<str:domain>/check/", checks.check, name="check"),
    path("<str:domain>/checks/", checks.history, name="checks"),
    path("<str:domain>/checks/<int:number>/", checks.past, name="past"),
    path("<str:domain>/default/", changes.make_default, name="default"),
    path("<str:domain>/deregister/", changes.deregister, name="deregister"),
]
