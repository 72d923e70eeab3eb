"""The list of a kind of entity: search, filters, sorting, paging, the same as a file, and how fresh it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.mirror.models import EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest
from console.sync import mirror_refresh
from console.ui import filters, pages, tables
from console.ui.filters import Filter
from console.ui.tables import Table
from console.web import downloads

PAGING = {"sort", "after", "before"}
More = Callable[[ConsoleRequest, Organization], Mapping[str, Any]]


def _nothing(_: ConsoleRequest, __: Organization) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Listing:
    """What tells one list from another; `found` are the rows that a URL asks for, within scope.

    The template's fragment is called like the kind's plural; `create` is what making a new one performs,
    `typed` names fields of the bar that are no choices; `more` is what else the page shows. Where its
    `actions` are empty nothing can be done with rows that are ticked, so that none has a box.
    """

    kind: Kind
    table: Table
    file: Table
    filters: Sequence[Filter]
    found: Callable[[Actor, Organization, QueryDict], EntityQuerySet]
    placeholder: str
    create: str
    typed: tuple[str, ...] = ()
    more: More = _nothing

    def page(self, request: ConsoleRequest, organization: Organization) -> HttpResponse:
        rows = tables.annotate_count(self.found(request.actor, organization, request.GET))
        more = self.more(request, organization)
        table = self.table if more.get("actions") else replace(self.table, identity="")
        page = tables.paginate(rows, table, request.GET, extra={"base": request.path})
        counted, words = tables.page_count(page), kinds.OF[self.kind]
        context = {
            **more,
            "organization": organization,
            "words": words,
            "page": page,
            "count": counted,
            "noun": words.noun if counted == "1" else words.plural,
            "count_href": self._same(request, organization, "count") if counted.endswith("+") else "",
            "csv_href": self._same(request, organization, "csv"),
            "first_reading": mirror_refresh.get_freshness(organization)
            if organization.listed_at is None
            else None,
            "narrowed": bool(set(request.GET) - PAGING),
        }
        if not pages.wants_fragment(request):
            context |= self._around(request, organization)
        return pages.render_page(request, f"{words.space}/list.html", context, fragment=words.plural)

    def count(self, request: ConsoleRequest, organization: Organization) -> HttpResponse:
        """How many there are exactly, where the list stopped counting: it costs more than a page may."""
        return HttpResponse(f"{self.found(request.actor, organization, request.GET).order_by().count():,}")

    def as_csv(self, request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
        rows = tables.sort_rows(self.found(request.actor, organization, request.GET), self.file, request.GET)
        name = f"{kinds.OF[self.kind].plural}-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
        return downloads.stream_table(request, organization, name, rows, self.file)

    def _same(self, request: ConsoleRequest, organization: Organization, name: str) -> str:
        """The same rows by another address."""
        space = kinds.OF[self.kind].space
        return f"{reverse(f'{space}:{name}', args=[organization.slug])}?{request.GET.urlencode()}"

    def _around(self, request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
        """What the whole page has and its fragment does without."""
        domains = scope.seen_domains(request.actor, organization, self.kind)
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
