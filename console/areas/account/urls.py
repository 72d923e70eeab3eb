"""URLs below `/account/`."""

from django.urls import path

from console.areas.account import views

app_name = "account"
urlpatterns = [path("", views.preferences, name="preferences")]
