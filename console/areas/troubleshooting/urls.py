"""URL of the page that troubleshoots a user's mail access."""

from django.urls import path

from console.areas.troubleshooting import views

app_name = "doctor"
urlpatterns = [path("<str:user_id>/", views.show_diagnosis, name="diagnose")]
