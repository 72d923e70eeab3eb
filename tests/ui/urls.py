"""Addresses of the style guide, with those that the frame itself leads to."""

from django.urls import include, path

from tests.ui import guide

organization = ([path("", guide.guide, name="overview")], "organizations")
urlpatterns = [
    path("", guide.guide, name="home"),
    path("guide/", guide.guide, name="guide"),
    path("door/", guide.door, name="door"),
    path("confirm/", guide.confirm, name="confirm"),
    path("trouble/", guide.trouble, name="trouble"),
    path("sign-out/", guide.door, name="account_logout"),
    path("o/<slug:organization>/", include(organization)),
]
