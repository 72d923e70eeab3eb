"""Views of all mailboxes, their permissions, the address search and the transfer of addresses."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.entities import kinds, scope
from console.areas.entities.form_views import entity_context
from console.areas.entities.generic_views import domain_filter
from console.areas.entities.kinds import Kind, entity_url
from console.areas.entities.suggestion_views import suggestions_url
from console.areas.mailboxes import addresses, permission_table
from console.areas.mailboxes import scope as mailboxes_scope
from console.areas.mailboxes.forms import DISABLE, RENAME, AddressSearchForm, AddressTransferForm
from console.areas.mailboxes.tables import (
    CSV_HEADER,
    build_filters,
    build_table,
    combine_mailboxes,
    find_mailboxes,
    iterate_csv_rows,
    nearest_mailboxes,
    with_last_export,
)
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import MAILBOX_STAGES, PERMISSION_STAGES, get_completeness
from console.ui import csv_text, filters, pages, tables
from console.web import aws_errors, downloads
from console.web.draft_views import create_draft_from_form


@performs("GetMailboxDetails")
def list_mailboxes(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    actor, query = request.actor, request.GET
    table = build_table(query, exports=policy.allows(actor, mailboxes_scope.LIST_EXPORTS, organization))
    by_kind = find_mailboxes(actor, organization, query)
    mailboxes = with_last_export(actor, organization, nearest_mailboxes(by_kind, table, query))
    cell_context = {
        "slug": organization.slug,
        "may_quota": policy.allows(actor, "UpdateMailboxQuota", organization),
    }
    page = tables.paginate(mailboxes, table, query, extra=cell_context)
    context = {
        "page": page,
        "count": tables.format_count(combine_mailboxes(by_kind)),
        "is_complete": get_completeness(organization).covers(*MAILBOX_STAGES),
        "csv_href": f"{reverse('mailboxes:csv', args=[organization.slug])}?{query.urlencode()}",
        "narrowed": bool(set(query) - {"sort", "after", "before"}),
    }
    if not pages.wants_fragment(request):
        context |= _page_context(request)
    return pages.render_page(request, "mailboxes/list.html", context, fragment="mailboxes")


@performs("GetMailboxDetails")
def download_mailboxes_csv(request: ConsoleRequest) -> HttpResponseBase:
    organization = request.organization
    actor = request.actor
    table = build_table(request.GET, exports=policy.allows(actor, mailboxes_scope.LIST_EXPORTS, organization))
    mailboxes = combine_mailboxes(find_mailboxes(actor, organization, request.GET))
    rows = tables.sort_rows(with_last_export(actor, organization, mailboxes), table, request.GET)
    name = f"mailboxes-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_csv(request, name, csv_text.write_rows(CSV_HEADER, iterate_csv_rows(rows)))


def _page_context(request: ConsoleRequest) -> dict[str, Any]:
    """Return the context of the whole page, which its fragment does not need."""
    domains = domain_filter(scope.visible_domains(request.actor, request.organization))
    offered = [*build_filters(request.actor, request.organization), domains]
    return {
        "bar": filters.filter_bar(offered, request.GET, placeholder="Name, address or alias"),
        "tabs": _build_tabs(request.actor, request.organization, "mailboxes:list"),
    }


@performs("ListMailboxPermissions")
def list_permissions(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    query = request.GET
    rows = permission_table.find_permissions(request.actor, organization, query)
    page = tables.paginate(
        permission_table.with_grantee(permission_table.nearest_permissions(rows, query)),
        permission_table.PERMISSION_TABLE,
        query,
        extra={"slug": organization.slug},
    )
    context = {
        "page": page,
        "count": tables.format_count(rows.values("pk")),
        "is_complete": get_completeness(organization).covers(*PERMISSION_STAGES),
        "csv_href": f"{reverse('mailboxes:access-csv', args=[organization.slug])}?{query.urlencode()}",
        "narrowed": bool(set(query) - {"sort", "after", "before"}),
        "whole": policy.covers_organization(request.actor, permission_table.LIST_OPERATION, organization),
        "bar": filters.filter_bar(
            permission_table.PERMISSION_FILTERS, query, placeholder="Anybody at either end"
        ),
        "tabs": _build_tabs(request.actor, organization, "mailboxes:access"),
    }
    return pages.render_page(request, "mailboxes/access.html", context, fragment="access")


@performs("ListMailboxPermissions")
def download_permissions_csv(request: ConsoleRequest) -> HttpResponseBase:
    rows = permission_table.find_permissions(request.actor, request.organization, request.GET)
    name = f"access-{request.organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    ordered = tables.sort_rows(
        permission_table.with_grantee(rows), permission_table.PERMISSION_TABLE, request.GET
    )
    return downloads.stream_csv(
        request,
        name,
        csv_text.write_rows(permission_table.CSV_HEADER, permission_table.iterate_csv_rows(ordered)),
    )


@performs("DescribeEntity")
def search_address(request: ConsoleRequest) -> HttpResponse:
    form = AddressSearchForm(request.GET if "Email" in request.GET else None)
    context: dict[str, Any] = {"tabs": _build_tabs(request.actor, request.organization, "mailboxes:address")}
    if form.is_valid():
        context |= _search_context(request, form)
    return pages.form_page(request, "mailboxes/address.html", form, context)


def _search_context(request: ConsoleRequest, form: AddressSearchForm) -> dict[str, object]:
    """Return the result of the search; an address outside the operator's domains is an error."""
    email = str(form.cleaned_data["Email"])
    reach = policy.granted_domains(request.actor, "DescribeEntity", request.organization)
    if reach and email.rpartition("@")[2].lower() not in reach:
        form.add_error("Email", f"You may ask for addresses on {' and '.join(reach)}.")
        return {}
    try:
        return {"holder": addresses.find_holder(request.actor, request.organization, email)}
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return {}
        return {
            "notice": aws_errors.explain_error(failure, wrote=False),
            "detail": aws_errors.error_detail(failure),
        }


PRIMARY_OPERATION = "UpdatePrimaryEmailAddress"
WAY_OPERATIONS = {RENAME: PRIMARY_OPERATION, DISABLE: "DeregisterFromWorkMail"}


@performs("CreateAlias")
def transfer_addresses(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    giver = _get_giver(request, entity_id)
    request.back = entity_url(giver)
    form = _build_transfer_form(request, giver)
    if form.is_valid():
        plan = form.plan()
        if answer := create_draft_from_form(
            request, form, plan.title, plan.steps(), "hand-over", reverts=plan.reverts
        ):
            return answer
    whole = policy.allows(request.actor, WAY_OPERATIONS[DISABLE], request.organization, giver)
    context = {**entity_context(giver), "back": request.back, "whole": whole}
    return pages.form_page(request, "mailboxes/handover.html", form, context)


def _get_giver(request: ConsoleRequest, entity_id: str) -> Entity:
    entity = get_object_or_404(Entity, organization=request.organization, entity_id=entity_id)
    if entity.is_deleted:
        raise Http404("the address was given up when it was deleted")
    operation = (
        "DeleteAlias" if entity.state == Entity.State.ENABLED else kinds.get_kind_info(entity).describe
    )
    return scope.get_entity(request.actor, operation, request.organization, entity_id, Kind(entity.kind))


def _build_transfer_form(request: ConsoleRequest, giver: Entity) -> AddressTransferForm:
    actor, organization = request.actor, giver.organization
    takers = scope.visible_entities(actor, "CreateAlias", organization).filter(state=Entity.State.ENABLED)
    address = request.GET.get("address")
    return AddressTransferForm(
        pages.post_data(request),
        giver=giver,
        held=addresses.list_addresses(giver),
        takers=takers.exclude(pk=giver.pk),
        suggest=suggestions_url(organization, "all"),
        ways=[
            way for way, needed in WAY_OPERATIONS.items() if policy.allows(actor, needed, organization, giver)
        ],
        domains=scope.usable_domains(actor, PRIMARY_OPERATION, organization),
        renames=policy.allows(actor, PRIMARY_OPERATION, organization),
        initial={"addresses": [address]} if address else {},
    )


TAB_PAGES = (
    ("Mailboxes", "mailboxes:list", "GetMailboxDetails"),
    ("Who may open whose", "mailboxes:access", "ListMailboxPermissions"),
    ("Whose address is this?", "mailboxes:address", "DescribeEntity"),
)


def _build_tabs(actor: Actor, organization: Organization, current: str) -> list[tuple[str, str, bool]]:
    """Return the tabs of the pages that the operator can open."""
    return [
        (label, reverse(name, args=[organization.slug]), name == current)
        for label, name, operation in TAB_PAGES
        if policy.allows(actor, operation, organization)
    ]
