"""Addresses of the ledger's pages."""

from django.urls import path

from console.areas.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.listing, name="list"),
    path("ledger.csv", views.as_csv, name="csv"),
    path("ledger.jsonl", views.as_jsonl, name="jsonl"),
    path("<int:seq>/", views.detail, name="detail"),
]
