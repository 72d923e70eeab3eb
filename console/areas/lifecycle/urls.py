"""URLs for blocking, offboarding and restoring users, presets and templates."""

from django.urls import path

from console.areas.lifecycle import views as lifecycle_views
from console.areas.lifecycle.access_block import views

app_name = "lifecycle"
urlpatterns = [
    path("keeping/", lifecycle_views.list_templates, name="keeping"),
    path("presets/new/", lifecycle_views.create_preset, name="preset-create"),
    path("presets/<int:pk>/edit/", lifecycle_views.edit_preset, name="preset-edit"),
    path("presets/<int:pk>/delete/", lifecycle_views.delete_preset, name="preset-delete"),
    path("templates/new/", lifecycle_views.create_template, name="template-create"),
    path("templates/<int:pk>/edit/", lifecycle_views.edit_template, name="template-edit"),
    path("templates/<int:pk>/delete/", lifecycle_views.delete_template, name="template-delete"),
    path("<str:entity_id>/freeze/", views.block_user, name="freeze"),
    path("<str:entity_id>/thaw/", views.restore_user_access, name="thaw"),
    path("<str:entity_id>/offboard/", lifecycle_views.offboard_user, name="offboard"),
    path("<str:entity_id>/rehire/", lifecycle_views.restore_user, name="rehire"),
]
