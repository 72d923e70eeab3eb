"""Views of resources: list, details, creation, editing, delegates and deletion."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.entities import generic_views, kinds, scope
from console.areas.entities.form_views import (
    entity_context,
    entity_operation_button,
    entity_operation_page,
    get_requested_entity,
)
from console.areas.entities.generic_views import EntityList
from console.areas.entities.kinds import Kind
from console.areas.entities.suggestion_views import suggestions_url
from console.areas.resources import current_resource, display, plans
from console.areas.resources.forms import (
    AddDelegateForm,
    CreateResourceForm,
    RemoveDelegateForm,
    ResourceForm,
)
from console.areas.resources.tables import (
    CSV_HEADER,
    RESOURCE_FILTERS,
    RESOURCES_TABLE,
    filter_resources,
    iterate_csv_rows,
)
from console.aws import errors
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv_text, pages, tables
from console.web import downloads, operation_views
from console.web.draft_views import create_draft_from_form

RESOURCE_LIST = EntityList(
    kind=Kind.RESOURCE,
    table=RESOURCES_TABLE,
    file=RESOURCES_TABLE,
    filters=RESOURCE_FILTERS,
    found=filter_resources,
    placeholder="Name, address or description",
    create="CreateResource",
)


@performs("ListResources")
def list_resources(request: ConsoleRequest) -> HttpResponse:
    return RESOURCE_LIST.page(request)


@performs("ListResources")
def count_resources(request: ConsoleRequest) -> HttpResponse:
    return RESOURCE_LIST.count(request)


@performs("ListResources")
def download_resources(request: ConsoleRequest) -> HttpResponseBase:
    """Download the list with the capacity and booking options, which are no columns of the mirror."""
    resources = tables.sort_rows(
        filter_resources(request.actor, request.organization, request.GET), RESOURCES_TABLE, request.GET
    )
    name = f"rooms-{request.organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_csv(request, name, csv_text.write_rows(CSV_HEADER, iterate_csv_rows(resources)))


@performs("DescribeResource")
def resource_detail(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    return generic_views.detail_page(request, resource, display.resource_detail_context)


@performs("DescribeResource")
def refresh_resource(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    return generic_views.refresh_detail(request, resource, display.resource_detail_context)


@performs("CreateResource")
def create_resource(request: ConsoleRequest) -> HttpResponse:
    form = _create_form(request)
    if form.is_valid():
        has_address = bool(form.domains)
        steps = plans.plan_resource_creation(
            form.params(),
            form.address if has_address else "",
            form.cleaned_data["delegates"] if has_address else (),
            form.options if has_address else None,
        )
        title = f"New {form.cleaned_data['Type'].lower()} {form.cleaned_data['Name']}"
        if answer := create_draft_from_form(request, form, title, steps, "create-resource"):
            return answer
    back = reverse("resources:list", args=[request.organization.slug])
    context = {"words": kinds.KIND_INFO[Kind.RESOURCE], "back": back}
    return pages.form_page(request, "resources/create.html", form, context)


def _create_form(request: ConsoleRequest) -> CreateResourceForm:
    """Return the form; a new resource has no domain yet, so permissions limited to domains do not apply."""
    actor, domains = request.actor, list[str]()
    if policy.covers_organization(actor, "RegisterToWorkMail", request.organization):
        domains = scope.usable_domains(actor, "RegisterToWorkMail", request.organization)
    visible = scope.visible_entities(actor, "AssociateDelegateToResource", request.organization)
    delegates = visible.filter(kind__in=[Kind.USER, Kind.GROUP]).exclude(state=Entity.State.DELETED)
    return CreateResourceForm(pages.post_data(request), domains=domains, delegates=delegates)


@performs("UpdateResource")
def edit_resource(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    form = _resource_form(request, resource)
    try:
        if form.is_valid() and (answer := operation_views.perform_form(request, form)):
            return answer
    except errors.Changed:  # between the comparison and the write: compare again
        form = _resource_form(request, resource)
    context = {**entity_context(resource), "resource": resource, "back": request.back}
    return pages.form_page(request, "resources/edit.html", form, context)


def _resource_form(request: ConsoleRequest, resource: Entity) -> ResourceForm:
    current = current_resource.read_current_resource(request.actor, resource)
    return ResourceForm(
        pages.post_data(request),
        entity=resource,
        described=current.described,
        delegates=len(current.delegates),
    )


LAST_DELEGATE_HELP = "Name another delegate first, or let {} accept requests automatically (Edit)."


@performs("AssociateDelegateToResource")
def add_delegate(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    visible = scope.visible_entities(request.actor, request.operation, request.organization)
    eligible = visible.exclude(state=Entity.State.DELETED).filter(kind__in=[Kind.USER, Kind.GROUP])
    suggest = suggestions_url(request.organization, "all")
    form = AddDelegateForm(pages.post_data(request), entity=resource, delegates=eligible, suggest=suggest)
    return entity_operation_page(request, form)


@require_POST
@performs("DisassociateDelegateFromResource")
def remove_delegate(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    form = RemoveDelegateForm(request.POST, entity=resource)
    if form.is_valid() and (refusal := _check_last_delegate(request, resource, form.cleaned_data["other"])):
        return refusal
    return entity_operation_button(request, form)


def _check_last_delegate(request: ConsoleRequest, resource: Entity, delegate_id: str) -> HttpResponse | None:
    """Return a page if this is the last delegate; the error of WorkMail would not help [inferred]."""
    current = current_resource.read_current_resource(request.actor, resource)
    if not current.is_last(delegate_id):
        return None
    return pages.problem_page(
        request,
        title="The last delegate",
        happened=f"Without this delegate nobody would answer requests for {resource}.",
        not_happened="Nothing was changed.",
        now=LAST_DELEGATE_HELP.format(resource),
        status=409,
        back=request.back,
    )


@performs("DeleteResource")
def delete_resource(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    return generic_views.delete_entity(request, resource)
