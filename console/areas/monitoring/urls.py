"""URLs of email event logging."""

from django.urls import path

from console.areas.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", views.show_logging, name="detail"),
    path("edit/", views.edit_logging, name="edit"),
    path("delete/", views.stop_logging, name="delete"),
]
