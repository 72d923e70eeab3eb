"""URLs of the search box."""

from django.urls import path

from console.areas.search import views

urlpatterns = [
    path("", views.show_results, name="search"),
    path("palette/", views.show_palette, name="search-palette"),
]
