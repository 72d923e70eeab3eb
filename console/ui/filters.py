"""Search field and filters above a list, each a parameter of the URL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.ui.markup import build_html

OPTION_HTML, SELECTED_HTML = '<option value="{}"{}>{}</option>', SafeString(" selected")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list: `where` is the field that must equal the value, or returns the condition for it.

    `choices` are (value, label); `any` is what the choice of nothing is called. A value that is not
    among the choices counts as none.
    """

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    where: str | Callable[[str], Q]
    any: str = "Any"

    def value(self, params: Mapping[str, Any]) -> str:
        asked = str(params.get(self.name) or "")
        return asked if any(asked == value for value, _ in self.choices) else ""

    def condition(self, value: str) -> Q:
        return self.where(value) if callable(self.where) else Q(**{self.where: value})


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """A filter as the bar shows it."""

    name: str
    label: str
    any: str
    options: list[tuple[str, str, bool]]

    @property
    def html(self) -> SafeString:
        """Return all options at once; a template takes several times as long."""
        return SafeString("".join([_option_html(*each) for each in self.options]))


@dataclass(frozen=True, slots=True)
class FilterBar:
    """Data of `partials/filters.html`; `active` if anything filters the list."""

    query: str
    placeholder: str
    filters: list[FilterChoices]
    active: bool
    sort: str


def filter_rows(queryset: QuerySet[Any], filters: Iterable[Filter], params: QueryDict) -> QuerySet[Any]:
    """Return the rows that match all chosen filters."""
    for each in filters:
        if value := each.value(params):
            queryset = queryset.filter(each.condition(value))
    return queryset


def filter_bar(filters: Iterable[Filter], params: QueryDict, *, placeholder: str = "Search") -> FilterBar:
    query = params.get("q", "").strip()
    shown = [_filter_choices(each, each.value(params)) for each in filters]
    active = bool(query) or any(chosen for each in shown for _, _, chosen in each.options)
    return FilterBar(query, placeholder, shown, active, params.get("sort", ""))


def _option_html(value: str, label: str, chosen: bool) -> SafeString:
    return build_html(OPTION_HTML, value, SELECTED_HTML if chosen else "", label)


def _filter_choices(each: Filter, chosen: str) -> FilterChoices:
    options = [(value, label, value == chosen) for value, label in each.choices]
    return FilterChoices(each.name, each.label, each.any, options)
