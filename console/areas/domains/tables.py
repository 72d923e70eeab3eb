"""Mail domains as rows, and those who have addresses on one of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString

from console.areas.domains import showing
from console.areas.domains.models import Check
from console.mirror.models import Domain, Entity
from console.sync.completeness import Figure
from console.ui.markup import DASH, badge, lines, made, when
from console.ui.tables import Column, Table

Values = Mapping[str, Any]
DEFAULT = badge("Default", "info")


def rows(domains: QuerySet[Domain]) -> QuerySet[Domain]:
    """Each with how many primary addresses it has, and its last check."""
    here = {"organization": OuterRef("organization")}
    living = Entity.objects.filter(**here, domain=OuterRef("name")).exclude(state=Entity.State.DELETED)
    counted = living.order_by().values("domain").annotate(count=Count("pk")).values("count")
    last = Check.objects.filter(**here, domain=OuterRef("name")).order_by("-at", "-pk")
    return domains.annotate(
        primaries=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        checked=Subquery(last.values("state")[:1]),
        checked_at=Subquery(last.values("at")[:1]),
    )


def _name(values: Values) -> SafeString:
    return made(
        '<a href="{}{}/">{}</a>{}',
        values["base"],
        quote(values["name"]),
        values["name"],
        made(" {}", DEFAULT) if values["is_default"] else "",
    )


def _checked(values: Values) -> SafeString:
    if not values["checked"]:
        return DASH
    return made(
        '{}<span class="below">{}</span>', showing.state(values["checked"]), when(values["checked_at"])
    )


def _primaries(values: Values) -> str:
    return str(Figure(values["primaries"], values["is_read"]))


DOMAINS = Table(
    (
        Column("domain", "Domain", ("name", "is_default"), _name, "name"),
        Column("ownership", "Ownership", show=lambda values: showing.aws(values["ownership"])),
        Column("dkim", "DKIM", show=lambda values: showing.aws(values["dkim"]), hide="sm"),
        Column("checked", "Records in DNS", ("checked", "checked_at"), _checked, hide="md"),
        Column("primaries", "Primary addresses", ("primaries",), _primaries, numeric=True, hide="sm"),
    ),
    default_sort="domain",
    key="id",
)


def _holder(values: Values) -> SafeString:
    label = values["display_name"] or values["name"]
    href = showing.href(values["slug"], values["kind"], values["entity_id"], values["email"] or label)
    return made('<a href="{}">{}</a>', href, label)


def _addresses(values: Values) -> SafeString:
    primary = values["email"] if values["domain"] == values["on"] else ""
    further = values["further"].get(values["id"], ())
    shown = made('{} <span class="text-secondary">primary</span>', primary) if primary else ""
    return lines(shown, *further)


HOLDERS = Table(
    (
        Column("holder", "Name", ("display_name", "name", "entity_id", "kind"), _holder, "sort_display_name"),
        Column("kind", "Kind", show=lambda values: Entity.Kind(values["kind"]).label, hide="sm"),
        Column("addresses", "Addresses here", ("email", "domain"), _addresses, "email"),
    ),
    default_sort="holder",
    key="id",
)
