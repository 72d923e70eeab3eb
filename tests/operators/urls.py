"""A small console: the real entrance and frame, and one view of each kind of access."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import include, path

from console.health import healthz, readyz
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs, public, signed_in


@signed_in("the first page of a test")
def home(request: ConsoleRequest) -> HttpResponseBase:
    return HttpResponse("home")


@performs("ListUsers")
def people(request: ConsoleRequest) -> HttpResponseBase:
    seen = policy.visible_entities(request.actor, "ListUsers", request.organization)
    return HttpResponse(" ".join(seen.order_by("entity_id").values_list("entity_id", flat=True)))


@performs("UpdateUser")
def edit(request: ConsoleRequest, user: str) -> HttpResponseBase:
    try:
        found = policy.visible_entities(request.actor, "UpdateUser", request.organization).get(entity_id=user)
    except Entity.DoesNotExist as unknown:
        raise policy.OutOfScope(user) from unknown
    return HttpResponse(found.email)


@public("shows what a fault looks like")
def broken(request: HttpRequest) -> HttpResponseBase:
    raise RuntimeError("a fault that nobody expected")


@performs("ReadOverview")
def overview(request: ConsoleRequest) -> HttpResponseBase:
    return HttpResponse(request.organization.slug)


# The frame around every page leads to the first page of each organization.
organizations = ([path("", overview, name="overview")], "organizations")
urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("broken", broken),
    path("accounts/", include("console.areas.account.sign_in_urls")),
    path("account/", include("console.areas.account.urls")),
    path("o/<slug:organization>/", include(organizations)),
    path("o/<slug:organization>/search/", people, name="search"),
    path("o/<slug:organization>/users/", people),
    path("o/<slug:organization>/users/<str:user>/edit/", edit),
]
handler500 = "console.outage_page.server_error"
