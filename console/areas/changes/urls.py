"""URLs of changes."""

from django.urls import path

from console.areas.changes import views

app_name = "changes"
urlpatterns = [
    path("", views.list_changes, name="list"),
    path("calendar/", views.list_scheduled_changes, name="calendar"),
    path("conditions/", views.edit_policies, name="conditions"),
    path("<int:pk>/", views.show_change, name="detail"),
    path("<int:pk>/receipt/", views.download_receipt, name="receipt"),
    path("<int:pk>/steps.csv", views.download_steps, name="csv"),
    path("<int:pk>/run/", views.run_change, name="run"),
    path("<int:pk>/run-and-show/", views.run_attended_change, name="run-attended"),
    path("<int:pk>/approve/", views.approve_change, name="approve"),
    path("<int:pk>/cancel/", views.cancel_change, name="cancel"),
    path("<int:pk>/pause/", views.pause_change, name="pause"),
    path("<int:pk>/resume/", views.resume_change, name="resume"),
    path("<int:pk>/retry/", views.retry_change, name="retry"),
    path("<int:pk>/undo/", views.undo_change, name="undo"),
]
