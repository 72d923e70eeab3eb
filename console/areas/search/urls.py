"""Addresses of the search box: the page with everything, and what drops down while one types."""

from django.urls import path

from console.areas.search import views

urlpatterns = [
    path("", views.results, name="search"),
    path("palette/", views.palette, name="search-palette"),
]
