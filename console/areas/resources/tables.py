"""Rooms and equipment as rows: the columns of the list and of its file, and what a URL asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.directory import tables as directory
from console.areas.resources import booking, capacity, scope
from console.areas.resources.showing import TYPES, kind
from console.mirror.models import Delegate, EntityQuerySet, Organization
from console.plurals import number_of
from console.ui.filters import Filter
from console.ui.markup import DASH, badge
from console.ui.tables import Column, Table

Values = Mapping[str, Any]
NOBODY = badge("Nobody", "danger")
DELEGATED = Exists(Delegate.objects.filter(resource=OuterRef("pk")))
ACCEPTS = f"details__BookingOptions__{booking.ACCEPT}"


def _described(values: Values) -> SafeString | str:
    return capacity.split(values["details"].get("Description") or "")[0] or DASH


def _capacity(values: Values) -> SafeString | str:
    found = capacity.of(values["details"].get("Description"))
    return DASH if found is None else f"{found:,}"


def _answers(values: Values) -> SafeString | str:
    """Who deals with a request, in a word or two."""
    known, delegates = booking.options(values["details"]), values["answering"] or 0
    if known is None:
        return DASH
    if not booking.is_answered(known, delegates):
        return NOBODY
    people = number_of(delegates, "delegate")
    return people if not known[booking.ACCEPT] else f"Automatic, {people}" if delegates else "Automatic"


RESOURCES = Table(
    (
        Column("name", "Name", ("name", "display_name", "entity_id", "email"), directory.name, "sort_name"),
        Column("type", "Type", ("role",), lambda values: kind(values["role"]), "role", hide="md"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("description", "Description", ("details",), _described, hide="lg"),
        Column("capacity", "Capacity", ("details",), _capacity, numeric=True, hide="md"),
        Column("answers", "Who answers", ("details", "answering"), _answers),
        Column("state", "State", ("state", "hidden"), directory.state, "state", hide="sm"),
        Column("enabled", "Enabled", ("enabled_date",), directory.enabled, "sort_enabled", hide="xxl"),
    ),
    default_sort="name",
    key="id",
    fields=("found",),
)
HEADER = (
    *("Name", "Type", "Address", "Description", "Capacity", "State", "Hidden from the address book"),
    *booking.LABELS.values(),
    *("Delegates", "Enabled", "Disabled", "Id"),
)
FILED = ("name", "role", "email", "details", "state", "hidden", "answering")
LAST = ("enabled_date", "disabled_date", "entity_id")


def filed(resources: QuerySet[Any]) -> Iterator[list[Any]]:
    """The rows of the file, below `HEADER`."""
    for name, type_, email, details, state, hidden, answering, *last in resources.values_list(
        *FILED, *LAST
    ).iterator():
        text, seats = capacity.split(details.get("Description") or "")
        known: Mapping[str, bool] = booking.options(details) or {}
        options = [known.get(member) for member in booking.LABELS]
        yield [name, kind(type_), email, text, seats, state, hidden, *options, answering or 0, *last]


ANSWERS = {
    "automatic": Q(**{ACCEPTS: True}),
    "delegates": Q(DELEGATED),
    "nobody": Q(**{ACCEPTS: False}) & ~Q(DELEGATED),
}
FILTERS = (
    Filter("type", "Type", list(TYPES.items()), "role"),
    directory.STATE,
    Filter(
        "answers",
        "Who answers",
        [("automatic", "Itself"), ("delegates", "Delegates"), ("nobody", "Nobody")],
        ANSWERS.__getitem__,
    ),
    directory.DELETED,
)


def found(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    """The rooms and equipment that a URL asks for, among those that `actor` may see."""
    seen = scope.resources(actor, organization).matching(params.get("q", ""))
    return directory.chosen(scope.answered(seen), FILTERS, params)
