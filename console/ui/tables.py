"""Lists as data: declared columns, sorting, and paging by keyset, which costs the same on every page.

No page is counted or skipped: a cursor says after (or before) which value of the sort column, and
which key, the page lies. The key breaks ties, so every row is on exactly one page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.ui import markup
from console.ui.keyset import Cursor, Sort, window

# The boxes of the rows belong to the page's form of this id; one around the table would give its fields,
# the CSRF token too, to every link that is preloaded.
TICKS = "ticks"
SIZE = 50
CAP = 1000
TICK = (
    '<td class="tick"><input type="checkbox" class="form-check-input" name="selected" value="{}"'
    f' form="{TICKS}" aria-label="Tick this row" data-tick></td>'
)
Values = Mapping[str, Any]
Look = tuple[str, Callable[[Values], Any]]  # of a column: its class, and what makes its cells


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `name` in the URL, `fields` read from the database, `show` makes the cell of them.

    `sort` is the field to sort by ("" for none); it should be indexed with the key. `hide` is the
    breakpoint (sm, md, lg, xl) below which the column is left out. `csv` is the field that stands
    for the column in a CSV file: its first one unless told, `None` for none. A column with `file_only`
    is in the file and not on the page, where another one shows its value.
    """

    name: str
    label: str
    fields: tuple[str, ...] | None = None
    show: Callable[[Values], Any] | None = None
    sort: str = ""
    numeric: bool = False
    hide: str = ""
    csv: str | None = ""
    file_only: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.name,) if self.fields is None else self.fields

    @property
    def exported(self) -> str | None:
        return self.sources[0] if self.csv == "" and self.sources else self.csv or None

    @property
    def css(self) -> str:
        hidden = f"d-none d-{self.hide}-table-cell" if self.hide else ""
        return " ".join(filter(None, (hidden, "numeric" if self.numeric else "")))

    @property
    def cell(self) -> Callable[[Values], Any]:
        """What makes the cell of a row's values."""
        source = self.sources[0] if self.sources else ""
        return self.show or (lambda values: markup.text(values[source]))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, the sort of a URL that names none (`-name` descends), and what identifies a row.

    `key` is unique and never null; `identity` is the field that a row's checkbox carries; `fields`
    are read besides those of the columns.
    """

    columns: tuple[Column, ...]
    default_sort: str
    key: str = "pk"
    identity: str = ""
    fields: tuple[str, ...] = ()

    def sort(self, params: Mapping[str, Any]) -> Sort:
        """The sort that the URL asks for, or the default one."""
        asked = str(params.get("sort") or "")
        return self._find(asked) or self._find(self.default_sort) or Sort("", self.key)

    def _find(self, asked: str) -> Sort | None:
        name, descending = asked.removeprefix("-"), asked.startswith("-")
        found = (column.sort for column in self.columns if column.sort and column.name == name)
        return next((Sort(name, each, descending) for each in found), None)

    @property
    def sources(self) -> tuple[str, ...]:
        named = [self.key, *self.fields, *(source for column in self.columns for source in column.sources)]
        return tuple(dict.fromkeys([*named, self.identity] if self.identity else named))


@dataclass(frozen=True, slots=True)
class Header:
    label: str
    css: str
    href: str = ""
    aria: str = ""

    @property
    def html(self) -> SafeString:
        sort = markup.made(' aria-sort="{}"', self.aria) if self.aria else ""
        link = '<a href="{0}" hx-get="{0}">{1}</a>' if self.href else "{1}"
        label = markup.made(link, self.href, self.label)
        return markup.made('<th scope="col" class="{}"{}>{}</th>\n', self.css, sort, label)


@dataclass(frozen=True, slots=True)
class Row:
    """What the row's checkbox carries, and its cells as HTML: a template takes several times as long."""

    id: str
    cells: SafeString

    def html(self, *, selectable: bool) -> str:
        return f"<tr>{markup.made(TICK, self.id) if selectable else ''}{self.cells}</tr>\n"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a table, with the addresses ("?…") of its neighbours; "" where there is none."""

    headers: list[Header]
    rows: list[Row]
    sort: str
    first: str = ""
    previous: str = ""
    next: str = ""
    selectable: bool = False
    values: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def head(self) -> SafeString:
        """All headers at once."""
        return SafeString("".join([header.html for header in self.headers]))

    @property
    def body(self) -> SafeString:
        """All rows at once."""
        return SafeString("".join([row.html(selectable=self.selectable) for row in self.rows]))


def paginate(
    queryset: QuerySet[Any],
    table: Table,
    params: QueryDict,
    size: int = SIZE,
    extra: Values | None = None,
) -> Page:
    """The page that the URL's `sort`, `after` and `before` ask for, in one query.

    A cursor that is damaged, foreign or of another sort gives the first page. `extra` joins every
    row's values, for the cells to use (`slug`, say, which their links need).
    """
    sort, cursor = table.sort(params), Cursor.read(params)
    found = window(queryset, table.sources, sort, table.key, cursor, size)
    values = [{**each, **(extra or {})} for each in found.rows]
    shown = [column for column in table.columns if not column.file_only]
    looks = [(column.css, column.cell) for column in shown]
    return Page(
        headers=[_header(column, sort, params) for column in shown],
        rows=[_row(table, looks, each) for each in values],
        sort=str(sort),
        first=_address(params) if found.previous else "",
        previous=_address(params, before=found.previous) if found.previous else "",
        next=_address(params, after=found.next) if found.next else "",
        selectable=bool(table.identity),
        values=values,
    )


def ordered(queryset: QuerySet[Any], table: Table, params: QueryDict) -> QuerySet[Any]:
    """All rows, in the order that the URL asks for."""
    return table.sort(params).apply(queryset, table.key)


def capped(queryset: QuerySet[Any], cap: int = CAP) -> str:
    """How many rows there are, counted no further than `cap`: "999", "1,000+"."""
    count = queryset.order_by()[: cap + 1].count()
    return f"{cap:,}+" if count > cap else f"{count:,}"


class _Count(Subquery):
    """How many rows a query has, as a value within another."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counted(queryset: QuerySet[Any], cap: int = CAP) -> QuerySet[Any]:
    """The query with `found` on every row: what `capped` counts, without a query of its own.

    The table's `fields` have to name `found`; `found(page)` reads it.
    """
    told: QuerySet[Any] = queryset.annotate(found=_Count(queryset.order_by().values("pk")[: cap + 1]))
    return told


def found(page: Page, cap: int = CAP) -> str:
    """How many rows the query of a page has that came from `counted`."""
    count = page.values[0]["found"] if page.values else 0
    return f"{cap:,}+" if count > cap else f"{count:,}"


def _row(table: Table, looks: list[Look], values: Values) -> Row:
    cells = markup.cells([(css, cell(values)) for css, cell in looks])
    return Row(str(values[table.identity]) if table.identity else "", cells)


def _header(column: Column, sort: Sort, params: QueryDict) -> Header:
    if not column.sort:
        return Header(column.label, column.css)
    current = column.name == sort.name
    turned = f"-{column.name}" if current and not sort.descending else column.name
    aria = ("descending" if sort.descending else "ascending") if current else ""
    return Header(column.label, column.css, _address(params, sort=turned), aria)


def _address(params: QueryDict, **changed: str) -> str:
    """The URL's other parameters, from the first page on unless a cursor is among `changed`."""
    query = params.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}" if query else "?"
