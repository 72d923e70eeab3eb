"""URLs of an organization's overview and settings."""

from django.urls import path

from console.areas.organizations import settings_views, views

app_name = "organizations"
urlpatterns = [
    path("", views.show_overview, name="overview"),
    path("freshness/", views.show_freshness, name="freshness"),
    path("sync/", views.start_sync, name="sync"),
    path("sync/confirm/", views.confirm_removal, name="confirm-removal"),
    path("settings/", settings_views.show_settings, name="settings"),
    path("settings/account/", settings_views.list_account_organizations, name="account"),
    path("settings/state/", settings_views.show_state, name="state"),
    path("settings/tags/add/", settings_views.add_tag, name="tag-add"),
    path("settings/tags/remove/", settings_views.remove_tag, name="tag-remove"),
    path("settings/new/", settings_views.create_organization, name="create"),
    path("settings/new/<str:made>/", settings_views.show_creation, name="follow"),
    path("settings/new/<str:made>/add/", settings_views.add_organization, name="adopt"),
    path("settings/delete/", settings_views.delete_organization, name="delete"),
    path("settings/delete/confirm/", settings_views.confirm_deletion, name="delete-confirm"),
]
