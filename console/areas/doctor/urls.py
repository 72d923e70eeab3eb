"""Address of the doctor: why one person cannot get her mail."""

from django.urls import path

from console.areas.doctor import views

app_name = "doctor"
urlpatterns = [path("<str:user_id>/", views.diagnose, name="diagnose")]
