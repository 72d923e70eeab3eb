"""Addresses of an organization as a whole."""

from django.urls import path

from console.areas.organizations import views
from console.areas.organizations.settings.views import account, creation, deletion, page, tags

app_name = "organizations"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("freshness/", views.freshness, name="freshness"),
    path("sync/", views.sync_now, name="sync"),
    path("sync/confirm/", views.confirm_removal, name="confirm-removal"),
    path("settings/", page.settings, name="settings"),
    path("settings/account/", account.account, name="account"),
    path("settings/state/", page.state, name="state"),
    path("settings/tags/add/", tags.add, name="tag-add"),
    path("settings/tags/remove/", tags.remove, name="tag-remove"),
    path("settings/new/", creation.create, name="create"),
    path("settings/new/<str:made>/", creation.follow, name="follow"),
    path("settings/new/<str:made>/add/", creation.adopt, name="adopt"),
    path("settings/delete/", deletion.delete, name="delete"),
    path("settings/delete/confirm/", deletion.confirm, name="delete-confirm"),
]
