"""Addresses of the retention policy."""

from django.urls import path

from console.areas.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.detail, name="detail"),
    path("edit/", views.edit, name="edit"),
    path("delete/", views.delete, name="delete"),
]
