"""Tables as data: columns, sorting and keyset pagination.

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
from console.ui.keyset import Cursor, Sort, read_window

# The boxes of the rows belong to the page's form of this id; one around the table would give its fields,
# the CSRF token too, to every link that is preloaded.
SELECTION_FORM_ID = "ticks"
PAGE_SIZE = 50
COUNT_LIMIT = 1000
CHECKBOX_HTML = (
    '<td class="tick"><input type="checkbox" class="form-check-input" name="selected" value="{}"'
    f' form="{SELECTION_FORM_ID}" aria-label="Tick this row" data-tick></td>'
)
Values = Mapping[str, Any]
CellBuilder = tuple[str, Callable[[Values], Any]]  # of a column: its class, and what makes its cells


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `name` in the URL, `fields` read from the database, `show` renders its cell.

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
        """Return the function that renders the cell of a row."""
        source = self.sources[0] if self.sources else ""
        return self.show or (lambda values: markup.display_value(values[source]))


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, the default sort (`-name` descends) and the key of its rows.

    `key` is unique and never null; `identity` is the field that a row's checkbox carries; `fields`
    are read besides those of the columns.
    """

    columns: tuple[Column, ...]
    default_sort: str
    key: str = "pk"
    identity: str = ""
    fields: tuple[str, ...] = ()

    def sort(self, params: Mapping[str, Any]) -> Sort:
        """Return the sort that the URL requests, or the default."""
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
class ColumnHeader:
    label: str
    css: str
    href: str = ""
    aria: str = ""

    @property
    def html(self) -> SafeString:
        sort = markup.build_html(' aria-sort="{}"', self.aria) if self.aria else ""
        link = '<a href="{0}" hx-get="{0}">{1}</a>' if self.href else "{1}"
        label = markup.build_html(link, self.href, self.label)
        return markup.build_html('<th scope="col" class="{}"{}>{}</th>\n', self.css, sort, label)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row's checkbox value and its cells as HTML; a template takes several times as long."""

    id: str
    cells: SafeString

    def html(self, *, selectable: bool) -> str:
        return f"<tr>{markup.build_html(CHECKBOX_HTML, self.id) if selectable else ''}{self.cells}</tr>\n"


@dataclass(frozen=True, slots=True)
class TablePage:
    """A page of a table with the query strings of its neighbours ("" if there is none)."""

    headers: list[ColumnHeader]
    rows: list[TableRow]
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
        return SafeString("".join([header.html for header in self.headers]))

    @property
    def body(self) -> SafeString:
        return SafeString("".join([row.html(selectable=self.selectable) for row in self.rows]))


def paginate(
    queryset: QuerySet[Any],
    table: Table,
    params: QueryDict,
    size: int = PAGE_SIZE,
    extra: Values | None = None,
) -> TablePage:
    """Return the page that the URL's `sort`, `after` and `before` request, in one query.

    A cursor that is damaged, foreign or of another sort gives the first page. `extra` joins every
    row's values, for the cells to use (`slug`, say, which their links need).
    """
    sort, cursor = table.sort(params), Cursor.read(params)
    found = read_window(queryset, table.sources, sort, table.key, cursor, size)
    values = [{**each, **(extra or {})} for each in found.rows]
    shown = [column for column in table.columns if not column.file_only]
    looks = [(column.css, column.cell) for column in shown]
    return TablePage(
        headers=[_build_header(column, sort, params) for column in shown],
        rows=[_build_row(table, looks, each) for each in values],
        sort=str(sort),
        first=_query_string(params) if found.previous else "",
        previous=_query_string(params, before=found.previous) if found.previous else "",
        next=_query_string(params, after=found.next) if found.next else "",
        selectable=bool(table.identity),
        values=values,
    )


def sort_rows(queryset: QuerySet[Any], table: Table, params: QueryDict) -> QuerySet[Any]:
    """Return all rows in the order that the URL requests."""
    return table.sort(params).apply(queryset, table.key)


def format_count(queryset: QuerySet[Any], cap: int = COUNT_LIMIT) -> str:
    """Return the number of rows as text, counted up to `cap`: "999", "1,000+"."""
    count = queryset.order_by()[: cap + 1].count()
    return f"{cap:,}+" if count > cap else f"{count:,}"


class _LimitedCount(Subquery):
    """Counts the rows of a query as a value within another."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def annotate_count(queryset: QuerySet[Any], cap: int = COUNT_LIMIT) -> QuerySet[Any]:
    """Annotate every row with the count of rows as `found`, which `page_count` reads.

    The table's `fields` have to name `found`; `found(page)` reads it.
    """
    told: QuerySet[Any] = queryset.annotate(found=_LimitedCount(queryset.order_by().values("pk")[: cap + 1]))
    return told


def page_count(page: TablePage, cap: int = COUNT_LIMIT) -> str:
    """Return the count of rows of a page whose query came from `annotate_count`."""
    count = page.values[0]["found"] if page.values else 0
    return f"{cap:,}+" if count > cap else f"{count:,}"


def _build_row(table: Table, looks: list[CellBuilder], values: Values) -> TableRow:
    cells = markup.table_cells([(css, cell(values)) for css, cell in looks])
    return TableRow(str(values[table.identity]) if table.identity else "", cells)


def _build_header(column: Column, sort: Sort, params: QueryDict) -> ColumnHeader:
    if not column.sort:
        return ColumnHeader(column.label, column.css)
    current = column.name == sort.name
    turned = f"-{column.name}" if current and not sort.descending else column.name
    aria = ("descending" if sort.descending else "ascending") if current else ""
    return ColumnHeader(column.label, column.css, _query_string(params, sort=turned), aria)


def _query_string(params: QueryDict, **changed: str) -> str:
    """Return the URL's query string with these changes, from the first page on."""
    query = params.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}" if query else "?"
