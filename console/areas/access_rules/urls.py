"""URLs of access rules, named networks and protected users."""

from django.urls import path

from console.areas.access_rules import views

app_name = "access_rules"
urlpatterns = [
    path("", views.list_rules, name="list"),
    path("new/", views.create_rule, name="create"),
    path("people/", views.suggest_users, name="people"),
    path("test/", views.run_access_test, name="test"),
    path("networks/", views.list_networks, name="networks"),
    path("networks/new/", views.create_network, name="network-create"),
    path("networks/<int:pk>/edit/", views.edit_network, name="network-edit"),
    path("networks/<int:pk>/delete/", views.delete_network, name="network-delete"),
    path("protected/", views.list_protected_users, name="protected"),
    path("protected/add/", views.protect_user, name="protect"),
    path("protected/<int:pk>/remove/", views.unprotect_user, name="unprotect"),
    path("rules/<slug:rule>/edit/", views.edit_rule, name="edit"),
    path("rules/<slug:rule>/delete/", views.delete_rule, name="delete"),
]
