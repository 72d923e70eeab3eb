"""The end of an organization, asked for twice: first with its alias, then with everything that goes."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.organizations.settings.forms import FLAGS, DeleteForm, SecondForm
from console.areas.organizations.settings.losses import losses
from console.areas.organizations.settings.switch import is_denied
from console.aws import errors
from console.changes import engine
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import get_completeness
from console.ui import pages
from console.web import aws_errors

VALID = 15 * 60  # seconds between the two pages
SALT = "console.areas.organizations.deletion"
OUT_OF_DATE = "That was asked for too long ago, or by somebody else. Begin again."


@performs("DeleteOrganization")
def delete(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """The first page: AWS is asked which alias has to be typed, so that nobody types a stale one."""
    if not get_completeness(organization).has_lists:
        return _not_read(request, organization)
    try:
        described = gateway.call(request.actor, "DescribeOrganization", organization)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=_back(organization))
    alias = str(described.get("Alias") or organization.slug)
    form = DeleteForm(pages.posted(request), expected=alias)
    if form.is_valid():
        asked = {**form.chosen, **form.why(), "alias": alias}
        first = _sign(request, organization, asked)
        return _second(request, organization, SecondForm(initial={"first": first}), asked)
    context = {
        "title": f"Delete the organization {alias}?",
        "organization": organization,
        "losses": losses(request.actor, organization),
        "back": _back(organization),
        "is_denied": is_denied(organization),
    }
    return pages.form_page(request, "organizations/delete.html", form, context)


@require_POST
@performs("DeleteOrganization")
def confirm(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """The second page's answer: what was chosen on the first comes back signed."""
    if not get_completeness(organization).has_lists:
        return _not_read(request, organization)
    asked = _read(request, organization, request.POST.get("first", ""))
    if asked is None:
        return pages.done(request, OUT_OF_DATE, _first(organization), level=messages.ERROR)
    form = SecondForm(request.POST)
    if form.is_valid():
        return _delete(request, organization, form, asked)
    return _second(request, organization, form, asked)


def _not_read(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Refuse a deletion whose losses the console has not counted."""
    return pages.problem(
        request,
        title="The directory is still being read",
        happened="The console has not read all users, groups, resources and domains of this organization,"
        " so it cannot show what would be deleted.",
        not_happened="The organization was not deleted.",
        now="Wait until the overview shows when the lists were synced, then try again.",
        status=409,
        back=_back(organization),
    )


def _second(
    request: ConsoleRequest, organization: Organization, form: SecondForm, asked: dict[str, Any]
) -> HttpResponse:
    context = {
        "title": f"Really delete {asked['alias']}?",
        "organization": organization,
        "losses": losses(request.actor, organization),
        "asked": asked,
        "back": _back(organization),
    }
    return pages.form_page(request, "organizations/delete_confirm.html", form, context)


def _delete(
    request: ConsoleRequest, organization: Organization, form: SecondForm, asked: dict[str, Any]
) -> HttpResponse:
    why: dict[str, Any] = {"reason": asked["reason"], "ticket": asked["ticket"]}
    flags = {name: asked[name] for name in FLAGS if asked[name] or name == "DeleteDirectory"}
    try:
        engine.perform_write(request.actor, "DeleteOrganization", organization, **why, **flags)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=_back(organization))
    return pages.done(request, f"WorkMail is deleting {asked['alias']}.", _back(organization))


def _sign(request: ConsoleRequest, organization: Organization, asked: dict[str, Any]) -> str:
    return signing.dumps({**asked, "who": request.actor.operator_id, "where": organization.pk}, salt=SALT)


def _read(request: ConsoleRequest, organization: Organization, text: str) -> dict[str, Any] | None:
    """What the first page signed for this operator and this organization, a short while ago."""
    try:
        asked: dict[str, Any] = signing.loads(text, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    mine = (asked["who"], asked["where"]) == (request.actor.operator_id, organization.pk)
    return asked if mine else None


def _first(organization: Organization) -> str:
    return reverse("organizations:delete", args=[organization.slug])


def _back(organization: Organization) -> str:
    return reverse("organizations:settings", args=[organization.slug])
