"""Addresses of impersonation roles."""

from django.urls import path

from console.areas.impersonation.views import assuming, person, role

app_name = "impersonation"
urlpatterns = [
    path("", role.listing, name="list"),
    path("new/", role.create, name="create"),
    path("by-person/", person.find, name="find"),
    path("by-person/<str:user_id>/", person.by_person, name="by-person"),
    path("<str:role_id>/", role.detail, name="detail"),
    path("<str:role_id>/test/", person.test, name="test"),
    path("<str:role_id>/edit/", role.edit, name="edit"),
    path("<str:role_id>/delete/", role.delete, name="delete"),
    path("<str:role_id>/assume/", assuming.assume, name="assume"),
]
