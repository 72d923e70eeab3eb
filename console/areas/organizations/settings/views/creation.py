"""A new organization in the account and region of an existing one, followed until it works."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from console.areas.organizations.settings import adoption, identity
from console.areas.organizations.settings.forms import AdoptForm, CreateForm
from console.areas.organizations.settings.switch import is_denied
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors, settings_reads
from console.web.settings_reads import SettingResult

TAKEN = "Another organization has this alias, here or in another account: take another one."


@performs("CreateOrganization")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = CreateForm(pages.posted(request))
    if form.is_valid():
        answer = _create(request, organization, form)
        if answer is not None:
            return answer
    context = {
        "title": "New organization",
        "organization": organization,
        "back": _back(organization),
        "is_denied": is_denied(organization),
    }
    return pages.form_page(request, "organizations/create.html", form, context)


@require_safe
@performs("CreateOrganization")
def follow(request: ConsoleRequest, organization: Organization, made: str) -> HttpResponse:
    """How far the new organization is, asked for every two seconds until it works or never will."""
    _require_made(organization, made)
    look = _describe(request, organization, made)
    known = Organization.objects.filter(organization_id=made).first()
    state = identity.state_of(look.shown)
    context = {
        "title": f"New organization {look.shown.get('Alias', '')}".strip(),
        "organization": organization,
        "made": made,
        "look": look,
        "items": identity.items(organization, look.shown),
        "state": state,
        "asks_again": state.passing or look.is_away,
        "known": known,
        "form": AdoptForm(initial={"slug": str(look.shown.get("Alias", "")).lower()}),
        "is_active": look.shown.get("State") == "Active",
    }
    return pages.show(request, "organizations/follow.html", context, fragment="progress")


@require_POST
@performs("ManageOrganizations")
def adopt(request: ConsoleRequest, organization: Organization, made: str) -> HttpResponse:
    """Take it into the console; what does not do is said on the page where it is followed."""
    _require_made(organization, made)
    back = reverse("organizations:follow", args=[organization.slug, made])
    form = AdoptForm(request.POST)
    if problem := _obstacle(form, made):
        return pages.done(request, problem, back, level=messages.ERROR)
    look = _describe(request, organization, made)
    if look.shown.get("State") != "Active":
        return pages.done(request, "It does not work yet, so it was not added.", back, level=messages.ERROR)
    slug = form.cleaned_data["slug"]
    try:
        adopted = adoption.adopt(
            request.actor, request.user, organization, made, slug, str(look.shown.get("ARN", ""))
        )
    except ValidationError:
        return pages.done(request, _obstacle(form, made), back, level=messages.ERROR)
    return pages.done(
        request, f"{slug} is added, and its directory is being read.", _back(adopted, "overview")
    )


def _create(request: ConsoleRequest, organization: Organization, form: CreateForm) -> HttpResponse | None:
    """The answer, or `None` if the form says why WorkMail does not take it."""
    why: dict[str, Any] = form.why()
    try:
        made = engine.perform_write(request.actor, "CreateOrganization", organization, **why, **form.asked())
    except errors.CallFailed as failure:
        if getattr(failure, "code", "") == "NameAvailabilityException":
            form.add_error("Alias", TAKEN)
            return None
        if aws_errors.add_to_form(form, failure):
            return None
        return aws_errors.error_page(request, failure, back=_back(organization))
    address = reverse("organizations:follow", args=[organization.slug, made["OrganizationId"]])
    return pages.done(request, "WorkMail sets it up now, which takes some minutes.", address)


def _describe(request: ConsoleRequest, organization: Organization, made: str) -> SettingResult:
    return settings_reads.read_setting(
        request.actor, "DescribeOrganization", organization, OrganizationId=made
    )


def _obstacle(form: AdoptForm, made: str) -> str:
    if not form.is_valid():
        return "Its word in addresses has to be letters, digits, - and _, at most 62."
    if Organization.objects.filter(organization_id=made).exists():
        return "It is in the console already."
    if Organization.objects.filter(slug=form.cleaned_data["slug"]).exists():
        return f"The word {form.cleaned_data['slug']} is taken: take another one."
    return ""


def _require_made(organization: Organization, made: str) -> None:
    """There is nothing to see here of organizations that others made."""
    if not adoption.was_made_here(organization, made):
        raise Http404(f"{made} was not made from {organization.slug}")


def _back(organization: Organization, page: str = "settings") -> str:
    return reverse(f"organizations:{page}", args=[organization.slug])
