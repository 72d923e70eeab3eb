"""URLs of mailbox exports and of export destinations."""

from django.urls import path

from console.areas.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.list_exports, name="list"),
    path("under-way/", views.list_open_exports, name="under-way"),
    path("new/", views.create_exports, name="create"),
    path("mailboxes/", views.suggest_mailboxes, name="mailboxes"),
    path("exports.csv", views.download_exports_csv, name="csv"),
    path("destinations/", views.list_destinations, name="destinations"),
    path("destinations/new/", views.create_destination, name="destination-create"),
    path("destinations/<int:pk>/", views.edit_destination, name="destination-edit"),
    path("destinations/<int:pk>/delete/", views.delete_destination, name="destination-delete"),
    path("<int:pk>/", views.show_export, name="detail"),
    path("<int:pk>/cancel/", views.cancel_export, name="cancel"),
    path("<int:pk>/retry/", views.retry_export, name="retry"),
    path("<int:pk>/download/", views.download_export, name="download"),
]
