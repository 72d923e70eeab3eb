"""The address of the page on how long the console stores its own data."""

from django.urls import path

from console.data_retention import views

app_name = "data_retention"
urlpatterns = [path("", views.overview, name="overview")]
