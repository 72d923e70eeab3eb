"""URLs of groups."""

from django.urls import path

from console.areas.entities import urls
from console.areas.entities.kinds import Kind
from console.areas.groups import views

app_name = "groups"
urlpatterns = [
    path("", views.list_groups, name="list"),
    path("count/", views.count_groups, name="count"),
    path("groups.csv", views.download_groups, name="csv"),
    path("new/", views.create_group, name="create"),
    path("<str:group_id>/", views.group_detail, name="detail"),
    path("<str:group_id>/refresh/", views.refresh_group, name="refresh"),
    path("<str:group_id>/edit/", views.edit_group, name="edit"),
    path("<str:group_id>/delete/", views.delete_group, name="delete"),
    path("<str:group_id>/everybody/", views.list_reached_users, name="everybody"),
    path("<str:group_id>/members/", views.list_members, name="members"),
    path("<str:group_id>/members/members.csv", views.download_members, name="members-csv"),
    path("<str:group_id>/members/add/", views.add_members, name="member-add"),
    path("<str:group_id>/members/remove/", views.remove_members, name="member-remove"),
    *urls.entity_urlpatterns(Kind.GROUP),
]
