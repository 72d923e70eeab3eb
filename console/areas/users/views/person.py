"""One person: shown from the mirror at once, and read anew from WorkMail behind it."""

from typing import Any

from django.http import HttpResponse

from console.areas import failures
from console.areas.users import person as persons
from console.areas.users import scope
from console.aws import errors
from console.mirror import sync
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages


@performs("DescribeUser")
def detail(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DescribeUser", organization, user_id)
    context = persons.context(request.actor, person)
    return pages.show(request, "users/detail.html", {**context, "stale": persons.is_stale(person)})


@performs("DescribeUser")
def refresh(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """The same read from WorkMail; while that is away, the mirror's copy and a word about it."""
    person = scope.find(request.actor, "DescribeUser", organization, user_id)
    if pages.is_prefetch(request):
        return HttpResponse(status=204)
    notice: dict[str, Any] = {}
    try:
        person = sync.refresh(request.actor, organization, person)
    except errors.CallFailed as failure:
        notice = {"notice": failures.explain(failure, wrote=False), "detail": failures.detail(failure)}
    context = {**persons.context(request.actor, person), **notice}
    return pages.show(request, "users/detail.html", context, fragment="person")
