"""Addresses of what happens to people: frozen and thawed, offboarded and brought back."""

from django.urls import path

from console.areas.lifecycle.views import freezing, keeping, offboarding, rehiring

app_name = "lifecycle"
urlpatterns = [
    path("keeping/", keeping.listing, name="keeping"),
    path("presets/new/", keeping.preset_create, name="preset-create"),
    path("presets/<int:pk>/edit/", keeping.preset_edit, name="preset-edit"),
    path("presets/<int:pk>/delete/", keeping.preset_delete, name="preset-delete"),
    path("templates/new/", keeping.template_create, name="template-create"),
    path("templates/<int:pk>/edit/", keeping.template_edit, name="template-edit"),
    path("templates/<int:pk>/delete/", keeping.template_delete, name="template-delete"),
    path("<str:entity_id>/freeze/", freezing.freeze, name="freeze"),
    path("<str:entity_id>/thaw/", freezing.thaw, name="thaw"),
    path("<str:entity_id>/offboard/", offboarding.offboard, name="offboard"),
    path("<str:entity_id>/rehire/", rehiring.rehire, name="rehire"),
]
