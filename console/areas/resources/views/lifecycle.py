"""Deleting a room; enabling and disabling are alike for all kinds, in `directory.views.lifecycle`."""

from django.http import HttpResponse

from console.areas.directory.views import lifecycle
from console.areas.resources import scope
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs


@performs("DeleteResource")
def delete(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    resource = scope.find(request.actor, "DeleteResource", organization, resource_id)
    return lifecycle.delete(request, resource, "DeleteResource")
