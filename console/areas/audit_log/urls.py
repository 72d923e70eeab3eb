"""URLs of the audit log."""

from django.urls import path

from console.areas.audit_log import views

app_name = "ledger"
urlpatterns = [
    path("", views.list_entries, name="list"),
    path("ledger.csv", views.download_csv, name="csv"),
    path("ledger.jsonl", views.download_signed_entries, name="jsonl"),
    path("<int:seq>/", views.show_entry, name="detail"),
]
