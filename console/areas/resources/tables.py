"""The table of resources, its CSV columns and its filters."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.entities import tables
from console.areas.resources import booking_options, capacity, scope
from console.areas.resources.display import TYPE_LABELS, type_label
from console.mirror.models import Delegate, EntityQuerySet, Organization
from console.plurals import number_of
from console.ui.filters import Filter
from console.ui.markup import DASH, badge
from console.ui.tables import Column, Table

RowValues = Mapping[str, Any]
NOBODY_BADGE = badge("Nobody", "danger")
HAS_DELEGATES = Exists(Delegate.objects.filter(resource=OuterRef("pk")))
ACCEPT_LOOKUP = f"details__BookingOptions__{booking_options.AUTO_ACCEPT}"


def _description_cell(values: RowValues) -> SafeString | str:
    return capacity.split_description(values["details"].get("Description") or "")[0] or DASH


def _capacity_cell(values: RowValues) -> SafeString | str:
    seats = capacity.get_capacity(values["details"].get("Description"))
    return DASH if seats is None else f"{seats:,}"


def _answers_cell(values: RowValues) -> SafeString | str:
    """Return who answers a request, in one or two words."""
    known, delegates = booking_options.get_options(values["details"]), values["answering"] or 0
    if known is None:
        return DASH
    if not booking_options.is_answered(known, delegates):
        return NOBODY_BADGE
    delegates_text = number_of(delegates, "delegate")
    return (
        delegates_text
        if not known[booking_options.AUTO_ACCEPT]
        else f"Automatic, {delegates_text}"
        if delegates
        else "Automatic"
    )


RESOURCES_TABLE = Table(
    (
        Column("name", "Name", ("name", "display_name", "entity_id", "email"), tables.name_cell, "sort_name"),
        Column("type", "Type", ("role",), lambda values: type_label(values["role"]), "role", hide="md"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("description", "Description", ("details",), _description_cell, hide="lg"),
        Column("capacity", "Capacity", ("details",), _capacity_cell, numeric=True, hide="md"),
        Column("answers", "Who answers", ("details", "answering"), _answers_cell),
        Column("state", "State", ("state", "hidden"), tables.state_cell, "state", hide="sm"),
        Column("enabled", "Enabled", ("enabled_date",), tables.enabled_cell, "sort_enabled", hide="xxl"),
    ),
    default_sort="name",
    key="id",
    fields=("found",),
)
CSV_HEADER = (
    *("Name", "Type", "Address", "Description", "Capacity", "State", "Hidden from the address book"),
    *booking_options.OPTION_LABELS.values(),
    *("Delegates", "Enabled", "Disabled", "Id"),
)
CSV_FIELDS = ("name", "role", "email", "details", "state", "hidden", "answering")
CSV_LAST_FIELDS = ("enabled_date", "disabled_date", "entity_id")


def iterate_csv_rows(resources: QuerySet[Any]) -> Iterator[list[Any]]:
    for name, type_, email, details, state, hidden, answering, *last in resources.values_list(
        *CSV_FIELDS, *CSV_LAST_FIELDS
    ).iterator():
        text, seats = capacity.split_description(details.get("Description") or "")
        known: Mapping[str, bool] = booking_options.get_options(details) or {}
        options = [known.get(member) for member in booking_options.OPTION_LABELS]
        yield [name, type_label(type_), email, text, seats, state, hidden, *options, answering or 0, *last]


ANSWER_CONDITIONS = {
    "automatic": Q(**{ACCEPT_LOOKUP: True}),
    "delegates": Q(HAS_DELEGATES),
    "nobody": Q(**{ACCEPT_LOOKUP: False}) & ~Q(HAS_DELEGATES),
}
RESOURCE_FILTERS = (
    Filter("type", "Type", list(TYPE_LABELS.items()), "role"),
    tables.STATE_FILTER,
    Filter(
        "answers",
        "Who answers",
        [("automatic", "Itself"), ("delegates", "Delegates"), ("nobody", "Nobody")],
        ANSWER_CONDITIONS.__getitem__,
    ),
    tables.DELETED_FILTER,
)


def filter_resources(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    seen = scope.visible_resources(actor, organization).matching(params.get("q", ""))
    return tables.apply_filters(scope.annotate_delegate_count(seen), RESOURCE_FILTERS, params)
