"""URLs of users, bulk actions and CSV import."""

from django.urls import path

from console.areas.entities import urls
from console.areas.entities.kinds import Kind
from console.areas.entities.suggestion_views import suggest_entities
from console.areas.users import views
from console.areas.users.bulk import views as bulk_views
from console.areas.users.csv_import import views as csv_import_views

app_name = "users"
urlpatterns = [
    path("", views.list_users, name="list"),
    path("count/", views.count_users, name="count"),
    path("people.csv", views.download_users, name="csv"),
    path("sync/", views.sync_now, name="sync"),
    path("suggestions/<slug:kind>/", suggest_entities, name="suggestions"),
    path("new/", views.create_user, name="create"),
    path("new/file/", csv_import_views.import_new_users, name="file-create"),
    path("new/file/template.csv", csv_import_views.download_template, name="file-template"),
    path("file/", csv_import_views.import_edited_users, name="file-edit"),
    path("file/people.csv", csv_import_views.export_for_editing, name="file-export"),
    path("file/<int:pk>/", csv_import_views.import_report, name="file-checked"),
    path("pick/", bulk_views.add_from_list, name="pick"),
    path("bulk/edit/", bulk_views.bulk_edit, name="bulk-edit"),
    path("bulk/group/", bulk_views.bulk_add_to_group, name="bulk-group"),
    path("bulk/disable/", bulk_views.bulk_disable, name="bulk-disable"),
    path("bulk/export/", bulk_views.bulk_export, name="bulk-export"),
    path("<str:user_id>/", views.user_detail, name="detail"),
    path("<str:user_id>/refresh/", views.refresh_user, name="refresh"),
    path("<str:user_id>/edit/", views.edit_user, name="edit"),
    path("<str:user_id>/password/", views.reset_password, name="password"),
    path("<str:user_id>/delete/", views.delete_user, name="delete"),
    path("<str:user_id>/quota/", views.edit_quota, name="quota"),
    *urls.entity_urlpatterns(Kind.USER),
]
