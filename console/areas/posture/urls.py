"""Addresses of the checks over all of an organization."""

from django.urls import path

from console.areas.posture import views

app_name = "posture"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("check/", views.check_now, name="check"),
    path("<slug:check>/mend/", views.mend, name="mend"),
]
