"""URL of the data retention page."""

from django.urls import path

from console.data_retention import views

app_name = "data_retention"
urlpatterns = [path("", views.show_overview, name="overview")]
