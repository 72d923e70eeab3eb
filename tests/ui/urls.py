"""Addresses of the style guide, with those that the frame itself leads to."""

from django.urls import URLPattern, URLResolver, include, path

from tests.ui import guide


def area(name: str, first: str) -> tuple[list[URLPattern], str]:
    return [path("", guide.guide, name=first)], name


organization: list[URLPattern | URLResolver] = [
    path("", include(area("organizations", "overview"))),
    path("users/", include(area("users", "list"))),
    path("exports/", include(area("exports", "list"))),
    path("ledger/", include(area("ledger", "list"))),
    path("search/", guide.guide, name="search"),
]
urlpatterns = [
    path("", guide.guide, name="home"),
    path("guide/", guide.guide, name="guide"),
    path("door/", guide.door, name="door"),
    path("confirm/", guide.confirm, name="confirm"),
    path("said/", guide.said, name="said"),
    path("fails/", guide.fails, name="fails"),
    path("trouble/", guide.trouble, name="trouble"),
    path("sign-out/", guide.door, name="account_logout"),
    path("o/<slug:organization>/", include(organization)),
]
