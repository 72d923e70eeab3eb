"""One room or piece of equipment: shown from the mirror at once, and read anew from WorkMail behind it."""

from typing import Any

from django.http import HttpResponse

from console.areas import failures
from console.areas.resources import resource as resources
from console.areas.resources import scope
from console.aws import errors
from console.mirror import sync
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages


@performs("DescribeResource")
def detail(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    resource = scope.find(request.actor, "DescribeResource", organization, resource_id)
    return pages.show(request, "resources/detail.html", resources.context(request.actor, resource))


@performs("DescribeResource")
def refresh(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    """The same read from WorkMail; while that is away, the mirror's copy and a word about it."""
    resource = scope.find(request.actor, "DescribeResource", organization, resource_id)
    notice: dict[str, Any] = {}
    try:
        resource = sync.refresh(request.actor, organization, resource)
    except errors.CallFailed as failure:
        notice = {"notice": failures.explain(failure, wrote=False), "detail": failures.detail(failure)}
    context = {**resources.context(request.actor, resource), "stale": False, **notice}
    return pages.show(request, "resources/detail.html", context, fragment="resource")
