"""Addresses of saved views."""

from django.urls import path

from console.areas.saved import views

app_name = "saved"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
