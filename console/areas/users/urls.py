"""Addresses of the people pages."""

from django.urls import path

from console.areas.users.views import (
    addresses,
    creation,
    edit,
    lifecycle,
    listing,
    password,
    person,
    relations,
)

app_name = "users"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("count/", listing.count, name="count"),
    path("people.csv", listing.as_csv, name="csv"),
    path("sync/", listing.sync_now, name="sync"),
    path("suggestions/<slug:kind>/", listing.suggestions, name="suggestions"),
    path("new/", creation.create, name="create"),
    path("<str:user_id>/", person.detail, name="detail"),
    path("<str:user_id>/refresh/", person.refresh, name="refresh"),
    path("<str:user_id>/edit/", edit.edit, name="edit"),
    path("<str:user_id>/password/", password.reset, name="password"),
    path("<str:user_id>/enable/", lifecycle.enable, name="enable"),
    path("<str:user_id>/disable/", lifecycle.disable, name="disable"),
    path("<str:user_id>/delete/", lifecycle.delete, name="delete"),
    path("<str:user_id>/quota/", relations.quota, name="quota"),
    path("<str:user_id>/aliases/add/", addresses.add_alias, name="alias-add"),
    path("<str:user_id>/aliases/remove/", addresses.remove_alias, name="alias-remove"),
    path("<str:user_id>/aliases/primary/", addresses.make_primary, name="primary"),
    path("<str:user_id>/groups/join/", relations.join_group, name="group-join"),
    path("<str:user_id>/groups/leave/", relations.leave_group, name="group-leave"),
    path("<str:user_id>/readers/put/", relations.let_in, name="reader-put"),
    path("<str:user_id>/readers/delete/", relations.shut_out, name="reader-delete"),
    path("<str:user_id>/opens/put/", relations.let_open, name="open-put"),
    path("<str:user_id>/opens/delete/", relations.shut, name="open-delete"),
]
