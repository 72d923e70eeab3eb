"""Whom or what somebody may mean who has begun to type a name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.areas.directory import scope
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs

SUGGESTED = 8
TYPED_IN = ("group", "other")  # the fields that ask for suggestions


@performs("ListUsers")
def suggestions(request: ConsoleRequest, organization: Organization, kind: str) -> HttpResponse:
    """Groups only, or everything."""
    text = " ".join(request.GET.get(name, "") for name in TYPED_IN).strip()
    entities = scope.entities(request.actor, "ListUsers", organization)
    entities = entities.exclude(state=Entity.State.DELETED)
    if kind == "groups":
        entities = scope.groups(request.actor, organization)
    matches = entities.matching(text).order_by("sort_name")[:SUGGESTED] if text else []
    return render(request, "directory/suggestions.html", {"matches": matches})


def suggest(organization: Organization, kind: str) -> str:
    """Where a field asks for them."""
    return reverse("users:suggestions", args=[organization.slug, kind])


def name_of(entity_id: str, organization: Organization) -> str:
    entity = Entity.objects.filter(organization=organization, entity_id=entity_id).first()
    return str(entity or entity_id)
