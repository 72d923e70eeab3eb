"""URLs of resources."""

from django.urls import path

from console.areas.entities import urls
from console.areas.entities.kinds import Kind
from console.areas.resources import views

app_name = "resources"
urlpatterns = [
    path("", views.list_resources, name="list"),
    path("count/", views.count_resources, name="count"),
    path("rooms.csv", views.download_resources, name="csv"),
    path("new/", views.create_resource, name="create"),
    path("<str:resource_id>/", views.resource_detail, name="detail"),
    path("<str:resource_id>/refresh/", views.refresh_resource, name="refresh"),
    path("<str:resource_id>/edit/", views.edit_resource, name="edit"),
    path("<str:resource_id>/delete/", views.delete_resource, name="delete"),
    path("<str:resource_id>/delegates/add/", views.add_delegate, name="delegate-add"),
    path("<str:resource_id>/delegates/remove/", views.remove_delegate, name="delegate-remove"),
    # Only people and groups can be in a group [documented].
    *(each for each in urls.entity_urlpatterns(Kind.RESOURCE) if not str(each.name).startswith("group-")),
]
