"""Views of resources: list, details, creation, editing, delegates and deletion."""

from django.contrib import messages
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
from console.areas.entities.kinds import Kind, entity_url
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
from console.changes import engine
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv_text, pages, tables
from console.web import aws_errors, downloads
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
    found = get_requested_entity(request, resource_id, Kind.RESOURCE)
    return generic_views.detail_page(request, found, display.resource_detail_context)


@performs("DescribeResource")
def refresh_resource(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    found = get_requested_entity(request, resource_id, Kind.RESOURCE)
    return generic_views.refresh_detail(request, found, display.resource_detail_context)


DELEGATE_OPERATION = "AssociateDelegateToResource"


@performs("CreateResource")
def create_resource(request: ConsoleRequest) -> HttpResponse:
    form = _create_form(request)
    if request.method == "POST" and form.is_valid() and (answer := _draft_creation(request, form)):
        return answer
    back = reverse("resources:list", args=[request.organization.slug])
    context = {"organization": request.organization, "words": kinds.KIND_INFO[Kind.RESOURCE], "back": back}
    return pages.form_page(request, "resources/create.html", form, context)


def _create_form(request: ConsoleRequest) -> CreateResourceForm:
    """Return the form; a new resource has no domain yet, so permissions limited to domains do not apply."""
    actor, domains = request.actor, list[str]()
    if policy.covers_organization(actor, "RegisterToWorkMail", request.organization):
        domains = scope.usable_domains(actor, "RegisterToWorkMail", request.organization)
    people = scope.visible_entities(actor, DELEGATE_OPERATION, request.organization).filter(
        kind__in=[Kind.USER, Kind.GROUP]
    )
    living = people.exclude(state=Entity.State.DELETED)
    return CreateResourceForm(pages.post_data(request), domains=domains, delegates=living)


def _draft_creation(request: ConsoleRequest, form: CreateResourceForm) -> HttpResponse | None:
    whole = bool(form.domains)
    steps = plans.plan_resource_creation(
        form.params(),
        form.address if whole else "",
        form.cleaned_data["delegates"] if whole else (),
        form.options if whole else None,
    )
    title = f"New {form.cleaned_data['Type'].lower()} {form.cleaned_data['Name']}"
    return create_draft_from_form(request, form, title, steps, "create-resource")


@performs("UpdateResource")
def edit_resource(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    try:
        form = _resource_form(request, resource)
        if (
            request.method == "POST"
            and form.is_valid()
            and (answer := _save_resource(request, resource, form))
        ):
            return answer
    except errors.Changed:  # between the comparison and the write: compare again
        return _compare_again(request, resource)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=entity_url(resource))
    return _edit_page(request, resource, form)


def _resource_form(request: ConsoleRequest, resource: Entity) -> ResourceForm:
    now = current_resource.read_current_resource(request.actor, resource)
    return ResourceForm(
        pages.post_data(request),
        described=now.described,
        delegates=len(now.delegates),
        subject=resource.entity_id,
    )


def _save_resource(request: ConsoleRequest, resource: Entity, form: ResourceForm) -> HttpResponse | None:
    params = form.params()
    if not params:
        return pages.redirect_with_message(
            request, "There was nothing to change.", entity_url(resource), level=messages.INFO
        )
    params |= {"ResourceId": resource.entity_id}
    try:
        engine.perform_write(
            request.actor,
            "UpdateResource",
            resource.organization,
            title=f"Change {resource}",
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
            expecting=form.expected,
            **params,
        )
    except errors.Changed:
        raise
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        raise
    return pages.redirect_with_message(
        request, f"{params.get('Name', resource)} is changed.", entity_url(resource)
    )


def _compare_again(request: ConsoleRequest, resource: Entity) -> HttpResponse:
    request.back = entity_url(resource)
    form = _resource_form(request, resource)
    form.is_valid()
    return _edit_page(request, resource, form)


def _edit_page(request: ConsoleRequest, resource: Entity, form: ResourceForm) -> HttpResponse:
    context = {**entity_context(resource), "resource": resource, "back": entity_url(resource)}
    return pages.form_page(request, "resources/edit.html", form, context)


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
    request.back = entity_url(resource)
    now = current_resource.read_current_resource(request.actor, resource)
    if not now.is_last(delegate_id):
        return None
    return pages.problem_page(
        request,
        title="The last delegate",
        happened=f"Without this delegate nobody would answer requests for {resource}.",
        not_happened="Nothing was changed.",
        now=LAST_DELEGATE_HELP.format(resource),
        status=409,
        back=entity_url(resource),
    )


@performs("DeleteResource")
def delete_resource(request: ConsoleRequest, resource_id: str) -> HttpResponse:
    resource = get_requested_entity(request, resource_id, Kind.RESOURCE)
    return generic_views.delete_entity(request, resource)
