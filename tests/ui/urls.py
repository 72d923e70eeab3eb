"""Addresses of the style guide, with those that the frame itself leads to."""

from django.urls import URLPattern, URLResolver, include, path

from console.navigation import MENU
from tests.ui import guide


def places() -> list[URLPattern | URLResolver]:
    """Everything that the menu leads to; the overview stands above all others."""
    spaces: dict[str, list[URLPattern]] = {}
    for each in MENU:
        space, name = each.url_name.split(":")
        pages = spaces.setdefault(space, [])
        pages.append(path(f"{name}/" if pages else "", guide.guide, name=name))
    return [
        path("" if space == "organizations" else f"{space}/", include((pages, space)))
        for space, pages in spaces.items()
    ]


organization: list[URLPattern | URLResolver] = [*places(), path("search/", guide.guide, name="search")]
urlpatterns = [
    path("", guide.guide, name="home"),
    path("guide/", guide.guide, name="guide"),
    path("door/", guide.door, name="door"),
    path("confirm/", guide.confirm, name="confirm"),
    path("progress/", guide.progress, name="progress"),
    path("said/", guide.said, name="said"),
    path("fails/", guide.fails, name="fails"),
    path("trouble/", guide.trouble, name="trouble"),
    path("sign-out/", guide.door, name="account_logout"),
    path("o/<slug:organization>/", include(organization)),
]
