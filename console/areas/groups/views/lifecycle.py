"""Deleting a group; enabling and disabling are alike for all kinds, in `directory.views.lifecycle`."""

from django.http import HttpResponse

from console.areas.directory.views import lifecycle
from console.areas.groups import scope
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs


@performs("DeleteGroup")
def delete(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    group = scope.find(request.actor, "DeleteGroup", organization, group_id)
    return lifecycle.delete(request, group, "DeleteGroup")
