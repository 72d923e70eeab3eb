"""Addresses of the changes: the list, the calendar, one change and what can be done with it."""

from django.urls import path

from console.areas.changes import views
from console.areas.changes.views import acting, attended, conditions, files

app_name = "changes"
urlpatterns = [
    path("", views.listing, name="list"),
    path("calendar/", views.calendar, name="calendar"),
    path("conditions/", conditions.edit, name="conditions"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/receipt/", files.receipt, name="receipt"),
    path("<int:pk>/steps.csv", files.as_csv, name="csv"),
    path("<int:pk>/run/", acting.run, name="run"),
    path("<int:pk>/run-and-show/", attended.run, name="run-attended"),
    path("<int:pk>/approve/", acting.approve, name="approve"),
    path("<int:pk>/cancel/", acting.cancel, name="cancel"),
    path("<int:pk>/pause/", acting.pause, name="pause"),
    path("<int:pk>/resume/", acting.resume, name="resume"),
    path("<int:pk>/retry/", acting.retry, name="retry"),
    path("<int:pk>/undo/", acting.undo_it, name="undo"),
]
