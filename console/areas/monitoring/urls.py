"""Addresses of the log of e-mail events."""

from django.urls import path

from console.areas.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", views.detail, name="detail"),
    path("edit/", views.edit, name="edit"),
    path("delete/", views.delete, name="delete"),
]
