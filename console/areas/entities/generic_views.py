"""Generic list, detail, enable, disable and delete views of an entity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.entities import display, impact, kinds, scope
from console.areas.entities.form_views import (
    entity_context,
    entity_operation_page,
    get_requested_entity,
    landing_url,
)
from console.areas.entities.forms import DeleteEntityForm, DisableForm, EnableForm, EntityConfirmForm
from console.areas.entities.kinds import Kind
from console.aws import errors
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync import mirror_refresh
from console.ui import filters, pages, tables
from console.ui.filters import Filter
from console.ui.pages import post_data
from console.ui.tables import Table
from console.web import aws_errors, downloads
from console.web.operation_views import perform_form

PAGING_PARAMS = {"sort", "after", "before"}
ExtraContext = Callable[[ConsoleRequest], Mapping[str, Any]]


def _no_extra_context(_: ConsoleRequest) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class EntityList:
    """The list page of a kind of entity.

    `found` returns the rows of a query, `create` is the operation that adds one, `typed` are free-text
    parameters and `more` returns further context. Rows can be selected only if that context has `actions`.
    """

    kind: Kind
    table: Table
    file: Table
    filters: Sequence[Filter]
    found: Callable[[Actor, Organization, QueryDict], EntityQuerySet]
    placeholder: str
    create: str
    typed: tuple[str, ...] = ()
    more: ExtraContext = _no_extra_context

    def page(self, request: ConsoleRequest) -> HttpResponse:
        organization = request.organization
        rows = tables.annotate_count(self.found(request.actor, organization, request.GET))
        more = self.more(request)
        table = self.table if more.get("actions") else replace(self.table, identity="")
        page = tables.paginate(rows, table, request.GET, extra={"base": request.path})
        counted, words = tables.page_count(page), kinds.KIND_INFO[self.kind]
        context = {
            **more,
            "words": words,
            "page": page,
            "count": counted,
            "noun": words.noun if counted == "1" else words.plural,
            "count_href": self._same(request, "count") if counted.endswith("+") else "",
            "csv_href": self._same(request, "csv"),
            "first_reading": mirror_refresh.get_freshness(organization)
            if organization.listed_at is None
            else None,
            "narrowed": bool(set(request.GET) - PAGING_PARAMS),
        }
        if not pages.wants_fragment(request):
            context |= self._page_context(request)
        return pages.render_page(request, f"{words.space}/list.html", context, fragment=words.plural)

    def count(self, request: ConsoleRequest) -> HttpResponse:
        """Return the exact number of rows, which the page itself does not compute."""
        rows = self.found(request.actor, request.organization, request.GET)
        return HttpResponse(f"{rows.order_by().count():,}")

    def as_csv(self, request: ConsoleRequest) -> HttpResponseBase:
        organization = request.organization
        rows = tables.sort_rows(self.found(request.actor, organization, request.GET), self.file, request.GET)
        name = f"{kinds.KIND_INFO[self.kind].plural}-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
        return downloads.stream_table(request, name, rows, self.file)

    def _same(self, request: ConsoleRequest, name: str) -> str:
        """Return the URL of another view of the same rows."""
        space = kinds.KIND_INFO[self.kind].space
        return f"{reverse(f'{space}:{name}', args=[request.organization.slug])}?{request.GET.urlencode()}"

    def _page_context(self, request: ConsoleRequest) -> dict[str, Any]:
        """Return the context of the whole page, which its fragment does not need."""
        organization = request.organization
        domains = scope.visible_domains(request.actor, organization, self.kind)
        choices = [*self.filters, domain_filter(domains)]
        typed = {name: request.GET.get(name, "") for name in self.typed}
        bar = filters.filter_bar(choices, request.GET, placeholder=self.placeholder)
        return {
            **typed,
            "bar": replace(bar, active=bar.active or any(typed.values())),
            "may_create": policy.allows(request.actor, self.create, organization),
            "may_sync": policy.allows(request.actor, "SyncMirror", organization),
        }


def domain_filter(domains: list[str]) -> Filter:
    return Filter("domain", "Domain", [(name, name) for name in domains], "domain")


ContextBuilder = Callable[[Actor, Entity], dict[str, Any]]


def detail_page(request: ConsoleRequest, entity: Entity, context: ContextBuilder) -> HttpResponse:
    """Render the detail page from the mirror; `context` builds the context of the kind's template."""
    return pages.render_page(
        request,
        _detail_template(entity),
        {**context(request.actor, entity), "stale": display.is_stale(entity)},
    )


def refresh_detail(request: ConsoleRequest, entity: Entity, context: ContextBuilder) -> HttpResponse:
    """Render the details as read from WorkMail; if it fails, the mirror's copy with a notice."""
    if pages.is_prefetch(request):
        return HttpResponse(status=204)
    notice: dict[str, Any] = {}
    try:
        entity = mirror_refresh.refresh_entity(request.actor, entity.organization, entity)
    except errors.CallFailed as failure:
        notice = {
            "notice": aws_errors.explain_error(failure, wrote=False),
            "detail": aws_errors.error_detail(failure),
        }
    shown = {**context(request.actor, entity), **notice}
    return pages.render_page(
        request, _detail_template(entity), shown, fragment=kinds.get_kind_info(entity).noun
    )


def _detail_template(entity: Entity) -> str:
    return f"{kinds.get_kind_info(entity).space}/detail.html"


@performs("RegisterToWorkMail")
def enable_entity(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    form = EnableForm(
        post_data(request),
        entity=entity,
        domains=scope.usable_domains(request.actor, request.operation, request.organization),
        local=entity.name.partition("@")[0],
        initial={"Email": request.GET["address"]} if request.GET.get("address") else {},
    )
    return entity_operation_page(request, form)


@performs("DeregisterFromWorkMail")
def disable_entity(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    return _removal_page(request, DisableForm(post_data(request), entity=entity))


def delete_entity(request: ConsoleRequest, entity: Entity) -> HttpResponse:
    """Delete a disabled entity by the view's operation, after its name was typed."""
    if entity.state == Entity.State.ENABLED:
        return _disable_first_page(request, entity)
    form = DeleteEntityForm(post_data(request), entity=entity, operation=request.operation)
    return _removal_page(request, form)


def _removal_page(request: ConsoleRequest, form: EntityConfirmForm) -> HttpResponse:
    """Ask for confirmation; show what ends and offer to transfer it first."""
    entity = form.entity
    if form.is_valid() and (
        answer := perform_form(request, form, landing=lambda: landing_url(request, entity))
    ):
        return answer
    context = {
        **entity_context(entity),
        "title": form.question,
        "verb": form.submit,
        "back": request.back,
        "danger": form.is_dangerous,
        "consequences": form.consequences,
        "losses": [
            *impact.find_mirror_impact(request.actor, entity),
            *impact.find_aws_impact(request.actor, entity),
        ],
        "may_hand_over": policy.allows(request.actor, "DeregisterFromWorkMail", entity.organization, entity),
        "undo": form.undo_text,
    }
    return pages.form_page(request, "directory/question.html", form, context)


def _disable_first_page(request: ConsoleRequest, entity: Entity) -> HttpResponse:
    again = "" if entity.kind == Kind.GROUP else " for 30 days"
    return pages.problem_page(
        request,
        title="Disable first",
        happened=f"{entity} is enabled, and WorkMail deletes only what is disabled.",
        not_happened="Nothing was changed.",
        now=f"Disable first; that can still be undone{again}.",
        status=409,
        back=kinds.entity_url(entity, "disable"),
    )
