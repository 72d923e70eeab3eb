"""URLs of the retention policy."""

from django.urls import path

from console.areas.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.show_policy, name="detail"),
    path("edit/", views.edit_policy, name="edit"),
    path("delete/", views.delete_policy, name="delete"),
]
