"""Addresses for comparison only: an empty page within the console's frame, and Django's own admin."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from console.mirror.models import Entity
from console.operators.access import ConsoleRequest, performs
from console.urls import Addresses
from console.urls import urlpatterns as console


class Open(admin.AdminSite):
    """The stock admin, for whoever is signed in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated


class People(admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    """As many columns as the console's list, three searched fields, two filters, 50 a page."""

    list_display = ("display_name", "name", "email", "department", "state", "role", "mailbox_size")
    search_fields = ("display_name", "name", "email")
    list_filter = ("state", "role")
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Entity | None = None) -> bool:
        return True


site = Open()
site.register(Entity, People)


@performs("ListUsers")
def empty(request: ConsoleRequest) -> HttpResponse:
    """What every page costs before it shows anything: session, rights, frame."""
    return render(request, "base.html", {"title": "Empty"})


urlpatterns: Addresses = [
    path("admin/", site.urls),
    path("o/<slug:organization>/empty/", empty, name="empty"),
    *console,
]
