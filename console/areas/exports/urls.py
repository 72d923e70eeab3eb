"""Addresses of mailbox exports and of the places that they are written to."""

from django.urls import path

from console.areas.exports.destinations import views as destinations
from console.areas.exports.views import dashboard, job, requests

app_name = "exports"
urlpatterns = [
    path("", dashboard.listing, name="list"),
    path("under-way/", dashboard.under_way, name="under-way"),
    path("new/", requests.create, name="create"),
    path("mailboxes/", requests.mailboxes, name="mailboxes"),
    path("exports.csv", dashboard.as_csv, name="csv"),
    path("destinations/", destinations.listing, name="destinations"),
    path("destinations/new/", destinations.create, name="destination-create"),
    path("destinations/<int:pk>/", destinations.edit, name="destination-edit"),
    path("destinations/<int:pk>/delete/", destinations.delete, name="destination-delete"),
    path("<int:pk>/", job.detail, name="detail"),
    path("<int:pk>/cancel/", job.cancel, name="cancel"),
    path("<int:pk>/retry/", requests.retry, name="retry"),
    path("<int:pk>/download/", job.download, name="download"),
]
