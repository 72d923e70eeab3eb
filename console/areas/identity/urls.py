"""Addresses of sign-in and of personal access tokens."""

from django.urls import path

from console.areas.identity.views import application, configuration, tokens

app_name = "identity"
urlpatterns = [
    path("", configuration.detail, name="detail"),
    path("configure/", configuration.configure, name="configure"),
    path("remove/", configuration.remove, name="remove"),
    path("application/new/", application.create, name="application-create"),
    path("application/delete/", application.delete, name="application-delete"),
    path("tokens/", tokens.listing, name="tokens"),
    path("tokens/<str:user_id>/", tokens.of_person, name="tokens-of"),
    path("tokens/<str:user_id>/revoke/", tokens.revoke_all, name="tokens-revoke"),
    path("tokens/<str:user_id>/<str:token_id>/revoke/", tokens.revoke, name="token-revoke"),
]
