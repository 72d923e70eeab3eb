"""URLs of mobile device rules and overrides."""

from django.urls import path

from console.areas.mobile import views

app_name = "mobile"
urlpatterns = [
    path("", views.list_rules, name="list"),
    path("new/", views.create_rule, name="create"),
    path("test/", views.run_device_test, name="test"),
    path("rules/<slug:device_rule>/edit/", views.edit_rule, name="edit"),
    path("rules/<slug:device_rule>/delete/", views.delete_rule, name="delete"),
    path("overrides/", views.list_overrides, name="overrides"),
    path("overrides/new/", views.put_override, name="override"),
    path("people/<str:user_id>/overrides/delete/", views.delete_override, name="override-delete"),
    path("people/<str:user_id>/", views.show_user, name="person"),
]
