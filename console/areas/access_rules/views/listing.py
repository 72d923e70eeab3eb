"""All rules as sentences, and a tester of what they say to one person."""

from typing import Any

from django.http import HttpResponse

from console.areas.access_rules import models, reading, showing, testing
from console.areas.access_rules.forms.asking import TestForm
from console.areas.access_rules.grouping import groups
from console.areas.directory.views.suggestions import suggest
from console.aws import errors
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors

OFFERED = ("PutAccessControlRule", "DeleteAccessControlRule", "GetAccessControlEffect")


@performs("ListAccessControlRules")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    actor = request.actor
    try:
        rules = reading.rules(actor, organization)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure)
    wording = reading.wording(actor, organization, rules)
    context = {
        "title": "Access rules",
        "organization": organization,
        "rules": [showing.shown(group, wording) for group in groups(rules)],
        "may": {name: policy.allows(actor, name, organization) for name in OFFERED},
        "whole": not wording.hidden,
        "protected": models.ProtectedPerson.objects.filter(organization=organization).count(),
        "networks": len(wording.networks),
    }
    return pages.show(request, "access_rules/list.html", context)


@performs("GetAccessControlEffect")
def test(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """What WorkMail says to one person, and which rules say it."""
    people = policy.visible_entities(request.actor, "GetAccessControlEffect", organization)
    form = TestForm(
        request.GET if "IpAddress" in request.GET else None,
        people=people,
        suggest=suggest(organization, "all"),
    )
    context: dict[str, Any] = {"title": "Test access", "organization": organization}
    if form.is_bound and form.is_valid():
        try:
            context["answer"] = testing.ask(request.actor, organization, **form.question())
        except errors.CallFailed as failure:
            if not aws_errors.add_to_form(form, failure):
                return aws_errors.error_page(request, failure)
    return pages.form_page(request, "access_rules/test.html", form, context)
