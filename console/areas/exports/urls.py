"""Addresses of mailbox exports and of the places that they are written to."""

from django.urls import path

from console.areas.exports import views
from console.areas.exports.destinations import views as destinations

app_name = "exports"
urlpatterns = [
    path("", views.listing, name="list"),
    path("under-way/", views.under_way, name="under-way"),
    path("new/", views.create, name="create"),
    path("mailboxes/", views.mailboxes, name="mailboxes"),
    path("exports.csv", views.as_csv, name="csv"),
    path("destinations/", destinations.listing, name="destinations"),
    path("destinations/new/", destinations.create, name="destination-create"),
    path("destinations/<int:pk>/", destinations.edit, name="destination-edit"),
    path("destinations/<int:pk>/delete/", destinations.delete, name="destination-delete"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("<int:pk>/download/", views.download, name="download"),
]
