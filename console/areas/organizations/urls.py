"""Addresses of an organization as a whole."""

from django.urls import path

from console.areas.organizations import views

app_name = "organizations"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("freshness/", views.freshness, name="freshness"),
    path("sync/", views.sync_now, name="sync"),
]
