"""Addresses of what happens to people: frozen and thawed, offboarded and brought back."""

from django.urls import path

from console.areas.lifecycle.views import freezing

app_name = "lifecycle"
urlpatterns = [
    path("<str:entity_id>/freeze/", freezing.freeze, name="freeze"),
    path("<str:entity_id>/thaw/", freezing.thaw, name="thaw"),
]
