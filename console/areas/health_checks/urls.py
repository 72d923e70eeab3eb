"""URLs of the health checks."""

from django.urls import path

from console.areas.health_checks import views

app_name = "posture"
urlpatterns = [
    path("", views.show_overview, name="overview"),
    path("check/", views.run_checks_now, name="check"),
    path("<slug:check>/mend/", views.fix_check, name="mend"),
]
