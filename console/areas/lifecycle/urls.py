"""URLs for blocking, offboarding and restoring users, presets and templates."""

from django.urls import path

from console.areas.lifecycle import views
from console.areas.lifecycle.access_block import views as access_block_views

app_name = "lifecycle"
urlpatterns = [
    path("keeping/", views.list_templates, name="keeping"),
    path("presets/new/", views.create_preset, name="preset-create"),
    path("presets/<int:pk>/edit/", views.edit_preset, name="preset-edit"),
    path("presets/<int:pk>/delete/", views.delete_preset, name="preset-delete"),
    path("templates/new/", views.create_template, name="template-create"),
    path("templates/<int:pk>/edit/", views.edit_template, name="template-edit"),
    path("templates/<int:pk>/delete/", views.delete_template, name="template-delete"),
    path("<str:entity_id>/freeze/", access_block_views.block_user, name="freeze"),
    path("<str:entity_id>/thaw/", access_block_views.restore_user_access, name="thaw"),
    path("<str:entity_id>/offboard/", views.offboard_user, name="offboard"),
    path("<str:entity_id>/rehire/", views.restore_user, name="rehire"),
]
