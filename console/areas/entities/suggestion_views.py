"""Suggestions of entities for a partly typed name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.areas.entities import scope
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs

MAX_SUGGESTIONS = 8
QUERY_PARAMS = ("group", "other")  # the fields that ask for suggestions


@performs("ListUsers")
def suggest_entities(request: ConsoleRequest, kind: str) -> HttpResponse:
    """Render matching groups (`kind` "groups") or matching entities of any kind."""
    text = " ".join(request.GET.get(name, "") for name in QUERY_PARAMS).strip()
    entities = scope.visible_entities(request.actor, "ListUsers", request.organization)
    entities = entities.exclude(state=Entity.State.DELETED)
    if kind == "groups":
        entities = scope.visible_groups(request.actor, request.organization)
    matches = entities.matching(text).order_by("sort_name")[:MAX_SUGGESTIONS] if text else []
    return render(request, "directory/suggestions.html", {"matches": matches})


def suggestions_url(organization: Organization, kind: str) -> str:
    return reverse("users:suggestions", args=[organization.slug, kind])


def entity_name(entity_id: str, organization: Organization) -> str:
    entity = Entity.objects.filter(organization=organization, entity_id=entity_id).first()
    return str(entity or entity_id)
