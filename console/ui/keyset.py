"""Keyset pagination: the rows after or before a cursor, without counting or skipping rows.

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

MAX_CURSOR_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a sorted list: the sort value and key of a row. Opaque in a URL, not secret."""

    sort: str
    value: Any
    key: Any
    backwards: bool = False

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Self | None:
        """Return the cursor of the URL, `None` if there is no valid one."""
        backwards = bool(params.get("before"))
        try:
            text = str(params.get("before") or params.get("after") or "")
            sort, value, key = json.loads(base64.urlsafe_b64decode(text[:MAX_CURSOR_LENGTH].encode()))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        sound = isinstance(sort, str) and _is_plain_value(value) and _is_plain_value(key) and key is not None
        return cls(sort, value, key, backwards) if sound else None

    def __str__(self) -> str:
        content = json.dumps(
            [self.sort, self.value, self.key], default=_serialize_date, separators=(",", ":")
        )
        return base64.urlsafe_b64encode(content.encode()).decode()


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort by `field`, called `name` in the URL; ties are ordered by key."""

    name: str
    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    def apply(self, queryset: QuerySet[Any], key: str, *, backwards: bool = False) -> QuerySet[Any]:
        """Order the rows; nulls are the smallest value, as on SQLite."""
        descending = self.descending != backwards
        nulls: dict[str, Any] = {"nulls_last" if descending else "nulls_first": True}
        ordering = OrderBy(F(self.field), descending=descending, **(nulls if self.null(queryset) else {}))
        return queryset.order_by(ordering, OrderBy(F(key), descending=descending))

    def null(self, queryset: QuerySet[Any]) -> bool:
        found = model_field(queryset, self.field)
        return found is not None and found.null


@dataclass(frozen=True, slots=True)
class Window:
    """Rows in order, and the cursors of the neighbouring pages ("" if there is none)."""

    rows: list[dict[str, Any]]
    previous: str
    next: str


def read_window(
    queryset: QuerySet[Any], sources: Iterable[str], sort: Sort, key: str, cursor: Cursor | None, size: int
) -> Window:
    """Return `size` rows with the values of `sources`, in one query."""
    place = _valid_cursor(queryset, sort, key, cursor)
    backwards = place is not None and place.backwards
    found = nearest_rows(queryset, sort, key, cursor, size)
    rows = list(found.values(*dict.fromkeys((sort.field, key, *sources))))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    return _build_window(rows, sort, key, more=more, place=place)


def nearest_rows(
    queryset: QuerySet[Any], sort: Sort, key: str, cursor: Cursor | None, size: int
) -> QuerySet[Any]:
    """Return the rows next to the cursor and one more, nearest first."""
    place = _valid_cursor(queryset, sort, key, cursor)
    found = sort.apply(queryset, key, backwards=place is not None and place.backwards)
    if place is not None:
        as_rows = connections[queryset.db].vendor == "postgresql"
        found = found.filter(beyond_cursor(place, sort, key, null=sort.null(queryset), rows=as_rows))
    return found[: size + 1]


def beyond_cursor(place: Cursor, sort: Sort, key: str, *, null: bool, rows: bool = False) -> Q:
    """Return the condition of the rows strictly beyond the cursor, in its direction.

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
    condition &= Q(_tuple_comparison(place, sort, key, descending=descending)) if rows else past | further
    return condition | missing if descending and null else condition


def _tuple_comparison(place: Cursor, sort: Sort, key: str, *, descending: bool) -> "Lookup[Any]":
    kind = TupleLessThan if descending else TupleGreaterThan
    return kind(Tuple(F(sort.field), F(key)), (place.value, place.key))


def model_field(queryset: QuerySet[Any], path: str) -> "Field[Any, Any] | None":
    """Return the model field of a path, `None` for an annotation or a related field."""
    try:
        meta = queryset.model._meta
        found = meta.pk if path == "pk" else meta.get_field(path)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _build_window(
    rows: list[dict[str, Any]], sort: Sort, key: str, *, more: bool, place: Cursor | None
) -> Window:
    """Return the window with the cursors of its neighbours."""
    if not rows:
        return Window(rows, "", "")
    backwards = place is not None and place.backwards
    before = more if backwards else place is not None
    after = backwards or more
    first, last = (Cursor(str(sort), row[sort.field], row[key]) for row in (rows[0], rows[-1]))
    return Window(rows, str(first) if before else "", str(last) if after else "")


def _valid_cursor(queryset: QuerySet[Any], sort: Sort, key: str, cursor: Cursor | None) -> Cursor | None:
    """Return the cursor with typed values, `None` if it does not belong to this sort."""
    if cursor is None or cursor.sort != str(sort):
        return None
    try:
        value = _typed_value(queryset, sort.field, cursor.value)
        return Cursor(cursor.sort, value, _typed_value(queryset, key, cursor.key), cursor.backwards)
    except (ValidationError, TypeError, ValueError, OverflowError):
        return None


def _typed_value(queryset: QuerySet[Any], path: str, value: Any) -> Any:
    found = model_field(queryset, path)
    if found is None:
        return value
    if value is None and not found.null:
        raise ValueError(f"{path} is never null")
    return found.to_python(value)


def _is_plain_value(value: Any) -> bool:
    """Return whether every database accepts the value as a parameter."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)
    return value is None or isinstance(value, int)


def _serialize_date(value: Any) -> str:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)
