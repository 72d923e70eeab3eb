"""Settings of an organization, its tags, and creating and deleting organizations."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from console.areas.organizations import display, registration
from console.areas.organizations.deletion_impact import read_deletion_impact
from console.areas.organizations.display import read_cards
from console.areas.organizations.forms import (
    AddOrganizationForm,
    ConfirmDeletionForm,
    CreateOrganizationForm,
    DeleteOrganizationForm,
    RemoveTagForm,
    TagForm,
)
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import get_completeness
from console.ui import pages
from console.web import operation_views, settings_reads
from console.web.aws_messages import Explanation
from console.web.settings_reads import SettingResult

NOT_ACTIVE = Explanation("Not active", "Only an active organization shows how it is set.")
OFFERED_OPERATIONS = (
    "TagResource",
    "UntagResource",
    "CreateOrganization",
    "DeleteOrganization",
    "ListOrganizations",
    "ReadDataRetention",
)


@performs("DescribeOrganization")
def show_settings(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    described = settings_reads.read_setting(request.actor, "DescribeOrganization", organization)
    properties = described.shown or display.mirrored_description(organization)
    skipped = _skip_reason(described)
    tags = _read_tags(request, properties, skipped)
    skipped = skipped or (settings_reads.NOT_READ if tags and tags.is_away else None)
    context = {
        "title": "Settings",
        "tags": tags,
        "cards": list(read_cards(request.actor, organization, skipped)),
        "may": {name: policy.allows(request.actor, name, organization) for name in OFFERED_OPERATIONS},
        **_properties_context(organization, described, properties),
    }
    return pages.render_page(request, "organizations/settings.html", context)


@performs("DescribeOrganization")
def show_state(request: ConsoleRequest) -> HttpResponse:
    """Show the properties alone, polled while the organization is created or deleted."""
    organization = request.organization
    described = settings_reads.read_setting(request.actor, "DescribeOrganization", organization)
    properties = described.shown or display.mirrored_description(organization)
    context = _properties_context(organization, described, properties)
    return pages.render_page(request, "organizations/identity.html", context)


def _properties_context(
    organization: Organization, described: SettingResult, properties: Any
) -> dict[str, Any]:
    return {
        "described": described,
        "items": display.organization_items(organization, properties),
        "state": display.organization_state(properties),
        "directory": display.organization_directory(properties),
    }


def _skip_reason(described: SettingResult) -> Explanation | None:
    """Return why nothing else can be read, if that is so."""
    if described.is_away:
        return settings_reads.NOT_READ
    return NOT_ACTIVE if described.shown.get("State", "Active") != "Active" else None


def _read_tags(request: ConsoleRequest, properties: Any, skipped: Explanation | None) -> SettingResult | None:
    """Return the tags; `None` if the operator may not read them or the ARN is not known yet."""
    arn = properties.get("ARN") or request.organization.arn
    if not arn or not policy.allows(request.actor, "ListTagsForResource", request.organization):
        return None
    if skipped:
        return SettingResult(problem=skipped)
    return settings_reads.read_setting(
        request.actor, "ListTagsForResource", request.organization, ResourceARN=arn
    )


@performs("TagResource")
def add_tag(request: ConsoleRequest) -> HttpResponse:
    request.back = _organization_url(request.organization)
    form = TagForm(pages.post_data(request), arn=request.organization.arn)
    return operation_views.operation_page(request, form, context={"trail": [("Settings", request.back)]})


@require_POST
@performs("UntagResource")
def remove_tag(request: ConsoleRequest) -> HttpResponse:
    request.back = _organization_url(request.organization)
    form = RemoveTagForm(request.POST, arn=request.organization.arn)
    return operation_views.operation_button(request, form)


@performs("ListOrganizations")
def list_account_organizations(request: ConsoleRequest) -> HttpResponse:
    request.back = _organization_url(request.organization)
    listed = list(gateway.call_pages(request.actor, "ListOrganizations", request.organization))
    summaries = [each for page in listed for each in page.get("OrganizationSummaries", [])]
    context = {
        "title": "Organizations of the AWS account",
        "back": request.back,
        "rows": _account_rows(request, summaries),
    }
    return pages.render_page(request, "organizations/account.html", context)


def _account_rows(request: ConsoleRequest, summaries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each organization where it is in the console, if the operator has a grant there."""
    served = {each.organization_id: each for each in policy.held_organizations(request.actor)}
    return [{**each, "served": served.get(each["OrganizationId"])} for each in summaries]


def is_denied_by_session(organization: Organization) -> bool:
    """Return whether the assumed role's session denies creating and deleting organizations."""
    allowed = {"*", organization.organization_id} & set(settings.ALLOW_ORGANIZATION_CHANGES)
    return bool(organization.role_arn) and not allowed


@performs("CreateOrganization")
def create_organization(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = _organization_url(organization)
    form = CreateOrganizationForm(pages.post_data(request))
    return operation_views.operation_page(
        request,
        form,
        landing=lambda: reverse(
            "organizations:follow", args=[organization.slug, form.answer["OrganizationId"]]
        ),
        template="organizations/create.html",
        context={"title": "New organization", "is_denied": is_denied_by_session(organization)},
    )


@require_safe
@performs("CreateOrganization")
def show_creation(request: ConsoleRequest, made: str) -> HttpResponse:
    """Show the state of a new organization, polled until it is active or has failed."""
    _require_created_here(request.organization, made)
    described = _read_created(request, made)
    known = Organization.objects.filter(organization_id=made).first()
    state = display.organization_state(described.shown)
    context = {
        "title": f"New organization {described.shown.get('Alias', '')}".strip(),
        "made": made,
        "look": described,
        "items": display.organization_items(request.organization, described.shown),
        "state": state,
        "asks_again": state.passing or described.is_away,
        "known": known,
        "form": AddOrganizationForm(initial={"slug": str(described.shown.get("Alias", "")).lower()}),
        "is_active": described.shown.get("State") == "Active",
    }
    return pages.render_page(request, "organizations/follow.html", context, fragment="progress")


@require_POST
@performs("ManageOrganizations")
def add_organization(request: ConsoleRequest, made: str) -> HttpResponse:
    """Add a new organization to the console, or show on its page why not."""
    _require_created_here(request.organization, made)
    back = reverse("organizations:follow", args=[request.organization.slug, made])
    form = AddOrganizationForm(request.POST)
    if problem := _slug_problem(form, made):
        return pages.redirect_with_message(request, problem, back, level=messages.ERROR)
    described = _read_created(request, made)
    if described.shown.get("State") != "Active":
        return pages.redirect_with_message(
            request, "It does not work yet, so it was not added.", back, level=messages.ERROR
        )
    slug = form.cleaned_data["slug"]
    try:
        added = registration.register_organization(
            request.actor, request.user, request.organization, made, slug, str(described.shown.get("ARN", ""))
        )
    except ValidationError:
        return pages.redirect_with_message(request, _slug_problem(form, made), back, level=messages.ERROR)
    return pages.redirect_with_message(
        request, f"{slug} is added, and its directory is being read.", _organization_url(added, "overview")
    )


def _read_created(request: ConsoleRequest, made: str) -> SettingResult:
    return settings_reads.read_setting(
        request.actor, "DescribeOrganization", request.organization, OrganizationId=made
    )


def _slug_problem(form: AddOrganizationForm, made: str) -> str:
    if not form.is_valid():
        return "Its word in addresses has to be letters, digits, - and _, at most 62."
    if Organization.objects.filter(organization_id=made).exists():
        return "It is in the console already."
    if Organization.objects.filter(slug=form.cleaned_data["slug"]).exists():
        return f"The word {form.cleaned_data['slug']} is taken: take another one."
    return ""


def _require_created_here(organization: Organization, made: str) -> None:
    """Raise `Http404` unless the organization was created from this one."""
    if not registration.was_created_from(organization, made):
        raise Http404(f"{made} was not made from {organization.slug}")


def _organization_url(organization: Organization, page: str = "settings") -> str:
    return reverse(f"organizations:{page}", args=[organization.slug])


CONFIRMATION_SECONDS = 15 * 60  # seconds between the two pages
DELETION_SALT = "console.areas.organizations.deletion"
CONFIRMATION_EXPIRED = "That was asked for too long ago, or by somebody else. Begin again."


@performs("DeleteOrganization")
def delete_organization(request: ConsoleRequest) -> HttpResponse:
    """Show the first page, with the current alias to type, read from AWS."""
    organization = request.organization
    if not get_completeness(organization).has_lists:
        return _refuse_incomplete_lists(request)
    request.back = _organization_url(organization)
    described = gateway.call(request.actor, "DescribeOrganization", organization)
    alias = str(described.get("Alias") or organization.slug)
    form = DeleteOrganizationForm(pages.post_data(request), expected=alias)
    if form.is_valid():
        choices = {**form.chosen, **form.why(), "alias": alias}
        initial = {"first": _sign_choices(request, choices)}
        return _confirmation_page(request, ConfirmDeletionForm(choices=choices, initial=initial))
    context = {
        "title": f"Delete the organization {alias}?",
        "losses": read_deletion_impact(request.actor, organization),
        "back": request.back,
        "is_denied": is_denied_by_session(organization),
    }
    return pages.form_page(request, "organizations/delete.html", form, context)


@require_POST
@performs("DeleteOrganization")
def confirm_deletion(request: ConsoleRequest) -> HttpResponse:
    """Delete the organization by the signed choices of the first page."""
    if not get_completeness(request.organization).has_lists:
        return _refuse_incomplete_lists(request)
    choices = _read_signed_choices(request, request.POST.get("first", ""))
    if choices is None:
        begin = reverse("organizations:delete", args=[request.organization.slug])
        return pages.redirect_with_message(request, CONFIRMATION_EXPIRED, begin, level=messages.ERROR)
    request.back = _organization_url(request.organization)
    form = ConfirmDeletionForm(request.POST, choices=choices)
    if form.is_valid() and (answer := operation_views.perform_form(request, form)):
        return answer
    return _confirmation_page(request, form)


def _refuse_incomplete_lists(request: ConsoleRequest) -> HttpResponse:
    """Refuse a deletion while the lists that show its impact are incomplete."""
    return pages.problem_page(
        request,
        title="The directory is still being read",
        happened="The console has not read all users, groups, resources and domains of this organization,"
        " so it cannot show what would be deleted.",
        not_happened="The organization was not deleted.",
        now="Wait until the overview shows when the lists were synced, then try again.",
        status=409,
        back=_organization_url(request.organization),
    )


def _confirmation_page(request: ConsoleRequest, form: ConfirmDeletionForm) -> HttpResponse:
    context = {
        "title": f"Really delete {form.choices['alias']}?",
        "losses": read_deletion_impact(request.actor, request.organization),
        "asked": form.choices,
        "back": request.back,
    }
    return pages.form_page(request, "organizations/delete_confirm.html", form, context)


def _sign_choices(request: ConsoleRequest, choices: dict[str, Any]) -> str:
    return signing.dumps(
        {**choices, "who": request.actor.operator_id, "where": request.organization.pk}, salt=DELETION_SALT
    )


def _read_signed_choices(request: ConsoleRequest, text: str) -> dict[str, Any] | None:
    """Return the signed choices of the first page, `None` if they are invalid or too old."""
    try:
        choices: dict[str, Any] = signing.loads(text, salt=DELETION_SALT, max_age=CONFIRMATION_SECONDS)
    except signing.BadSignature:
        return None
    own = (choices["who"], choices["where"]) == (request.actor.operator_id, request.organization.pk)
    return choices if own else None
