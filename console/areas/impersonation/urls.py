"""URLs of impersonation roles."""

from django.urls import path

from console.areas.impersonation import views

app_name = "impersonation"
urlpatterns = [
    path("", views.list_roles, name="list"),
    path("new/", views.create_role, name="create"),
    path("by-person/", views.select_user, name="find"),
    path("by-person/<str:user_id>/", views.show_user, name="by-person"),
    path("<str:role_id>/", views.show_role, name="detail"),
    path("<str:role_id>/test/", views.run_role_test, name="test"),
    path("<str:role_id>/edit/", views.edit_role, name="edit"),
    path("<str:role_id>/delete/", views.delete_role, name="delete"),
    path("<str:role_id>/assume/", views.issue_token, name="assume"),
]
