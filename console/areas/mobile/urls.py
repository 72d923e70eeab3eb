"""Addresses of mobile device rules and of overrides."""

from django.urls import path

from console.areas.mobile.views import overrides, rules

app_name = "mobile"
urlpatterns = [
    path("", rules.listing, name="list"),
    path("new/", rules.create, name="create"),
    path("test/", rules.test, name="test"),
    path("rules/<slug:device_rule>/edit/", rules.edit, name="edit"),
    path("rules/<slug:device_rule>/delete/", rules.delete, name="delete"),
    path("overrides/", overrides.listing, name="overrides"),
    path("overrides/new/", overrides.put, name="override"),
    path("people/<str:user_id>/overrides/delete/", overrides.delete, name="override-delete"),
    path("people/<str:user_id>/", overrides.person, name="person"),
]
