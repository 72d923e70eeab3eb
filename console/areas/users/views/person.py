"""One person's page."""

from django.http import HttpResponse

from console.areas.directory.views import page
from console.areas.users import person as persons
from console.areas.users import scope
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs


@performs("DescribeUser")
def detail(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DescribeUser", organization, user_id)
    return page.show(request, person, persons.context)


@performs("DescribeUser")
def refresh(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DescribeUser", organization, user_id)
    return page.refresh(request, person, persons.context)
