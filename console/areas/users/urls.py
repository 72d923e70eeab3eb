"""Addresses of the people pages."""

from django.urls import path

from console.areas.directory import urls as directory
from console.areas.directory.kinds import Kind
from console.areas.directory.views.suggestions import suggestions
from console.areas.users.views import bulk, creation, edit, files, lifecycle, listing, password, person, quota

app_name = "users"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("count/", listing.count, name="count"),
    path("people.csv", listing.as_csv, name="csv"),
    path("sync/", listing.sync_now, name="sync"),
    path("suggestions/<slug:kind>/", suggestions, name="suggestions"),
    path("new/", creation.create, name="create"),
    path("new/file/", files.create, name="file-create"),
    path("new/file/template.csv", files.template, name="file-template"),
    path("file/", files.edit, name="file-edit"),
    path("file/people.csv", files.export, name="file-export"),
    path("file/<int:pk>/", files.checked, name="file-checked"),
    path("pick/", bulk.pick, name="pick"),
    path("bulk/edit/", bulk.edit, name="bulk-edit"),
    path("bulk/group/", bulk.group, name="bulk-group"),
    path("bulk/disable/", bulk.disable, name="bulk-disable"),
    path("bulk/export/", bulk.export, name="bulk-export"),
    path("<str:user_id>/", person.detail, name="detail"),
    path("<str:user_id>/refresh/", person.refresh, name="refresh"),
    path("<str:user_id>/edit/", edit.edit, name="edit"),
    path("<str:user_id>/password/", password.reset, name="password"),
    path("<str:user_id>/delete/", lifecycle.delete, name="delete"),
    path("<str:user_id>/quota/", quota.quota, name="quota"),
    *directory.of(Kind.USER),
]
