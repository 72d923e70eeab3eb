"""Addresses of messages in transit. Their ids are posted, so that no log of addresses has them."""

from django.urls import path

from console.areas.messages import views

app_name = "messages"
urlpatterns = [
    path("", views.look, name="look"),
    path("download/", views.download, name="download"),
    path("replace/", views.replace, name="replace"),
]
