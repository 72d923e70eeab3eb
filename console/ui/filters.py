"""The bar above a list: a search field and choices, each of them a parameter of the URL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.ui.markup import made

OPTION, SELECTED = '<option value="{}"{}>{}</option>', SafeString(" selected")


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice: `where` is a field that has to equal the value, or makes the condition of it.

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
class Shown:
    """A filter as the bar shows it."""

    name: str
    label: str
    any: str
    options: list[tuple[str, str, bool]]

    @property
    def html(self) -> SafeString:
        """The options at once: a template takes several times as long."""
        return SafeString("".join([_option(*each) for each in self.options]))


@dataclass(frozen=True, slots=True)
class Bar:
    """What `partials/filters.html` shows; `active` says that something narrows the list."""

    query: str
    placeholder: str
    filters: list[Shown]
    active: bool
    sort: str


def narrowed(queryset: QuerySet[Any], filters: Iterable[Filter], params: QueryDict) -> QuerySet[Any]:
    """The rows that every chosen filter lets through."""
    for each in filters:
        if value := each.value(params):
            queryset = queryset.filter(each.condition(value))
    return queryset


def bar(filters: Iterable[Filter], params: QueryDict, *, placeholder: str = "Search") -> Bar:
    query = params.get("q", "").strip()
    shown = [_shown(each, each.value(params)) for each in filters]
    active = bool(query) or any(chosen for each in shown for _, _, chosen in each.options)
    return Bar(query, placeholder, shown, active, params.get("sort", ""))


def _option(value: str, label: str, chosen: bool) -> SafeString:
    return made(OPTION, value, SELECTED if chosen else "", label)


def _shown(each: Filter, chosen: str) -> Shown:
    options = [(value, label, value == chosen) for value, label in each.choices]
    return Shown(each.name, each.label, each.any, options)
