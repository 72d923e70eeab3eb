"""One room or piece of equipment: shown from the mirror at once, and read anew from WorkMail behind it."""

from django.http import HttpResponse

from console.areas.directory.views import page
from console.areas.resources import resource as resources
from console.areas.resources import scope
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs


@performs("DescribeResource")
def detail(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    found = scope.find(request.actor, "DescribeResource", organization, resource_id)
    return page.show(request, found, resources.context)


@performs("DescribeResource")
def refresh(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    found = scope.find(request.actor, "DescribeResource", organization, resource_id)
    return page.refresh(request, found, resources.context)
