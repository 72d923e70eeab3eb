"""The tables of mail domains, and of the entities with addresses on one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString

from console.areas.domains import display
from console.areas.domains.models import Check
from console.mirror.models import Domain, Entity
from console.sync.completeness import Figure
from console.ui.markup import DASH, badge, build_html, join_lines, time_tag
from console.ui.tables import Column, Table

Values = Mapping[str, Any]
DEFAULT_BADGE = badge("Default", "info")


def annotate_domains(domains: QuerySet[Domain]) -> QuerySet[Domain]:
    """Annotate each domain with its number of primary addresses and its last check."""
    here = {"organization": OuterRef("organization")}
    entities = Entity.objects.filter(**here, domain=OuterRef("name")).exclude(state=Entity.State.DELETED)
    counted = entities.order_by().values("domain").annotate(count=Count("pk")).values("count")
    last = Check.objects.filter(**here, domain=OuterRef("name")).order_by("-at", "-pk")
    return domains.annotate(
        primaries=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        checked=Subquery(last.values("state")[:1]),
        checked_at=Subquery(last.values("at")[:1]),
    )


def _name_cell(values: Values) -> SafeString:
    return build_html(
        '<a href="{}{}/">{}</a>{}',
        values["base"],
        quote(values["name"]),
        values["name"],
        build_html(" {}", DEFAULT_BADGE) if values["is_default"] else "",
    )


def _check_cell(values: Values) -> SafeString:
    if not values["checked"]:
        return DASH
    return build_html(
        '{}<span class="below">{}</span>',
        display.check_badge(values["checked"]),
        time_tag(values["checked_at"]),
    )


def _primary_count_cell(values: Values) -> str:
    return str(Figure(values["primaries"], values["is_read"]))


DOMAIN_TABLE = Table(
    (
        Column("domain", "Domain", ("name", "is_default"), _name_cell, "name"),
        Column("ownership", "Ownership", show=lambda values: display.aws_badge(values["ownership"])),
        Column("dkim", "DKIM", show=lambda values: display.aws_badge(values["dkim"]), hide="sm"),
        Column("checked", "Records in DNS", ("checked", "checked_at"), _check_cell, hide="md"),
        Column(
            "primaries", "Primary addresses", ("primaries",), _primary_count_cell, numeric=True, hide="sm"
        ),
    ),
    default_sort="domain",
    key="id",
)


def _holder_cell(values: Values) -> SafeString:
    label = values["display_name"] or values["name"]
    href = display.entity_url(values["slug"], values["kind"], values["entity_id"], values["email"] or label)
    return build_html('<a href="{}">{}</a>', href, label)


def _addresses_cell(values: Values) -> SafeString:
    primary = values["email"] if values["domain"] == values["on"] else ""
    further = values["further"].get(values["id"], ())
    primary_html = build_html('{} <span class="text-secondary">primary</span>', primary) if primary else ""
    return join_lines(primary_html, *further)


HOLDER_TABLE = Table(
    (
        Column(
            "holder", "Name", ("display_name", "name", "entity_id", "kind"), _holder_cell, "sort_display_name"
        ),
        Column("kind", "Kind", show=lambda values: Entity.Kind(values["kind"]).label, hide="sm"),
        Column("addresses", "Addresses here", ("email", "domain"), _addresses_cell, "email"),
    ),
    default_sort="holder",
    key="id",
)
