"""URLs of the pages about all mailboxes."""

from django.urls import path

from console.areas.mailboxes import views

app_name = "mailboxes"
urlpatterns = [
    path("", views.list_mailboxes, name="list"),
    path("mailboxes.csv", views.download_mailboxes_csv, name="csv"),
    path("access/", views.list_permissions, name="access"),
    path("access.csv", views.download_permissions_csv, name="access-csv"),
    path("address/", views.search_address, name="address"),
    path("<str:entity_id>/hand-over/", views.transfer_addresses, name="hand-over"),
]
