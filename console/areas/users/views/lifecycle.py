"""Deleting a person; enabling and disabling are alike for all kinds, in `directory.views.lifecycle`."""

from django.http import HttpResponse

from console.areas.directory.views import lifecycle
from console.areas.users import scope
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs


@performs("DeleteUser")
def delete(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DeleteUser", organization, user_id)
    return lifecycle.delete(request, person, "DeleteUser")
