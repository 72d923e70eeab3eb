"""URLs of saved views."""

from django.urls import path

from console.areas.saved import views

app_name = "saved"
urlpatterns = [
    path("", views.list_views, name="list"),
    path("new/", views.create_view, name="create"),
    path("<int:pk>/", views.edit_view, name="edit"),
    path("<int:pk>/delete/", views.delete_view, name="delete"),
]
