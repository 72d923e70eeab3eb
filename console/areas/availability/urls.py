"""URLs of availability configurations; `partner` is the mail domain of one."""

from django.urls import path

from console.areas.availability import views

app_name = "availability"
urlpatterns = [
    path("", views.list_configurations, name="list"),
    path("new/", views.create_configuration, name="create"),
    path("<str:partner>/edit/", views.edit_configuration, name="edit"),
    path("<str:partner>/test/", views.run_configuration_test, name="test"),
    path("<str:partner>/delete/", views.delete_configuration, name="delete"),
]
