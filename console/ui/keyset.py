"""The page after or before a place in an ordered query, without counting or skipping rows.

The condition is written so that both databases walk the index of the sort column: the textbook
`value > x OR (value = x AND key > y)` is a filter to PostgreSQL and costs the whole table.
"""

import base64
import binascii
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections
from django.db.models import F, Field, Lookup, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sort: a row's value of the sort column and its key. Opaque in a URL, not secret."""

    sort: str
    value: Any
    key: Any
    backwards: bool = False

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Self | None:
        """The cursor of the URL; whatever is not one is none."""
        backwards = bool(params.get("before"))
        try:
            text = str(params.get("before") or params.get("after") or "")
            sort, value, key = json.loads(base64.urlsafe_b64decode(text[:LONGEST].encode()))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        sound = isinstance(sort, str) and _sound(value) and _sound(key) and key is not None
        return cls(sort, value, key, backwards) if sound else None

    def __str__(self) -> str:
        content = json.dumps([self.sort, self.value, self.key], default=_plain, separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode()).decode()


@dataclass(frozen=True, slots=True)
class Sort:
    """By `field`, named `name` in the URL; rows that tie are in the order of their key."""

    name: str
    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    def apply(self, queryset: QuerySet[Any], key: str, *, backwards: bool = False) -> QuerySet[Any]:
        """Nulls are the smallest value, as on SQLite; PostgreSQL has to be told."""
        descending = self.descending != backwards
        nulls: dict[str, Any] = {"nulls_last" if descending else "nulls_first": True}
        ordering = OrderBy(F(self.field), descending=descending, **(nulls if self.null(queryset) else {}))
        return queryset.order_by(ordering, OrderBy(F(key), descending=descending))

    def null(self, queryset: QuerySet[Any]) -> bool:
        found = field_of(queryset, self.field)
        return found is not None and found.null


@dataclass(frozen=True, slots=True)
class Window:
    """Rows in their order, and the cursors of the neighbouring pages ("" where there is none)."""

    rows: list[dict[str, Any]]
    previous: str
    next: str


def window(
    queryset: QuerySet[Any], sources: Iterable[str], sort: Sort, key: str, cursor: Cursor | None, size: int
) -> Window:
    """`size` rows with the values of `sources`, in one query."""
    place = _place(queryset, sort, key, cursor)
    backwards = place is not None and place.backwards
    found = nearest(queryset, sort, key, cursor, size)
    rows = list(found.values(*dict.fromkeys((sort.field, key, *sources))))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    return _window(rows, sort, key, more=more, place=place)


def nearest(queryset: QuerySet[Any], sort: Sort, key: str, cursor: Cursor | None, size: int) -> QuerySet[Any]:
    """The rows of a window and one more, those next to the cursor first."""
    place = _place(queryset, sort, key, cursor)
    found = sort.apply(queryset, key, backwards=place is not None and place.backwards)
    if place is not None:
        as_rows = connections[queryset.db].vendor == "postgresql"
        found = found.filter(beyond(place, sort, key, null=sort.null(queryset), rows=as_rows))
    return found[: size + 1]


def beyond(place: Cursor, sort: Sort, key: str, *, null: bool, rows: bool = False) -> Q:
    """The rows strictly after the place, in the direction that the cursor looks.

    With `rows` the pair of value and key is compared as one, so that many which tie are passed over.
    (SQLite seeks by the value alone, either way, since a rowid has no collation.)
    """
    descending = sort.descending != place.backwards
    further = Q(**{f"{key}__{'lt' if descending else 'gt'}": place.key})
    missing = Q(**{f"{sort.field}__isnull": True})
    if place.value is None:
        return missing & further if descending else (missing & further) | ~missing
    way = "lt" if descending else "gt"
    past = Q(**{f"{sort.field}__{way}": place.value})
    condition = Q(**{f"{sort.field}__{way}e": place.value})
    condition &= Q(_compared(place, sort, key, descending=descending)) if rows else past | further
    return condition | missing if descending and null else condition


def _compared(place: Cursor, sort: Sort, key: str, *, descending: bool) -> "Lookup[Any]":
    kind = TupleLessThan if descending else TupleGreaterThan
    return kind(Tuple(F(sort.field), F(key)), (place.value, place.key))


def field_of(queryset: QuerySet[Any], path: str) -> "Field[Any, Any] | None":
    """The model's field behind a path of a query; `None` for an annotation or a related one."""
    try:
        meta = queryset.model._meta
        found = meta.pk if path == "pk" else meta.get_field(path)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _window(rows: list[dict[str, Any]], sort: Sort, key: str, *, more: bool, place: Cursor | None) -> Window:
    """Whoever came over a place can go back over it; further on there is what was seen to be there."""
    if not rows:
        return Window(rows, "", "")
    backwards = place is not None and place.backwards
    before = more if backwards else place is not None
    after = backwards or more
    first, last = (Cursor(str(sort), row[sort.field], row[key]) for row in (rows[0], rows[-1]))
    return Window(rows, str(first) if before else "", str(last) if after else "")


def _place(queryset: QuerySet[Any], sort: Sort, key: str, cursor: Cursor | None) -> Cursor | None:
    """The cursor with values of the columns' own types, if it belongs to this sort."""
    if cursor is None or cursor.sort != str(sort):
        return None
    try:
        value = _typed(queryset, sort.field, cursor.value)
        return Cursor(cursor.sort, value, _typed(queryset, key, cursor.key), cursor.backwards)
    except (ValidationError, TypeError, ValueError, OverflowError):
        return None


def _typed(queryset: QuerySet[Any], path: str, value: Any) -> Any:
    found = field_of(queryset, path)
    if found is None:
        return value
    if value is None and not found.null:
        raise ValueError(f"{path} is never null")
    return found.to_python(value)


def _sound(value: Any) -> bool:
    """A plain value that every database takes as a parameter."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)
    return value is None or isinstance(value, int)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)
