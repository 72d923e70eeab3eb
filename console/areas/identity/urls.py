"""URLs of sign-in settings and personal access tokens."""

from django.urls import path

from console.areas.identity import views

app_name = "identity"
urlpatterns = [
    path("", views.show_sign_in, name="detail"),
    path("configure/", views.configure_sign_in, name="configure"),
    path("remove/", views.remove_configuration, name="remove"),
    path("application/new/", views.create_application, name="application-create"),
    path("application/delete/", views.delete_application, name="application-delete"),
    path("tokens/", views.list_tokens, name="tokens"),
    path("tokens/<str:user_id>/", views.list_user_tokens, name="tokens-of"),
    path("tokens/<str:user_id>/revoke/", views.revoke_user_tokens, name="tokens-revoke"),
    path("tokens/<str:user_id>/<str:token_id>/revoke/", views.revoke_token, name="token-revoke"),
]
