"""The style guide: every piece of the frame on one page, for eyes, axe and the browser."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from console.ui import markup, pages
from console.ui.filters import Filter, filter_bar
from console.ui.forms import ConfirmForm, Difference, OperationForm, ReasonForm
from console.ui.navigation import MenuLink
from console.ui.tables import ColumnHeader, TablePage, TableRow

MOMENT = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
NAMES = ("Ana Beltrán", "佐藤 美咲", "Łukasz Żak", "Nomsa Dlamini", "Søren Ågård", "Ελένη Παππά")
STATES = (
    ("ENABLED", "success"),
    ("DISABLED", "warning"),
    ("DELETED", "danger"),
    ("ROOM", "info"),
    ("NONE", "neutral"),
)


@dataclass
class Organization:
    slug: str
    name: str
    default_domain: str


@dataclass
class Frame:
    theme: str = "auto"
    organizations: list[Organization] = field(
        default_factory=lambda: [
            Organization("meridian", "Meridian Logistics", "meridian.example"),
            Organization("north", "North Pier", "north.example"),
        ]
    )
    is_sandbox: bool = True
    days_left: int = 130
    initials: str = "MR"
    search_url: str = "/guide/"
    menu: list[MenuLink] = field(
        default_factory=lambda: [
            MenuLink("Overview", "layout-dashboard", "/o/meridian/", False),
            MenuLink("People", "users", "/guide/", True),
            MenuLink("Exports", "package-export", "/o/meridian/exports/", False),
            MenuLink("Ledger", "book", "/o/meridian/ledger/", False),
        ]
    )

    @property
    def organization(self) -> Organization:
        return self.organizations[0]


class EditPerson(OperationForm):
    operation = "UpdateUser"
    members = ("DisplayName", "FirstName", "LastName", "Role", "HiddenFromGlobalAddressList")
    labels = {"HiddenFromGlobalAddressList": "Hidden from the address list"}
    help_texts = {"DisplayName": "As it stands in the address list."}


class Password(forms.Form):
    password = forms.CharField(widget=forms.PasswordInput)
    how = forms.ChoiceField(
        choices=[("made", "Make one"), ("typed", "Let me type one")],
        widget=forms.RadioSelect,
        label="Password",
    )


def rows() -> Iterable[TableRow]:
    for number in range(14):
        name = NAMES[number % len(NAMES)]
        state, tone = STATES[number % len(STATES)]
        cells: list[tuple[str, Any]] = [
            ("", markup.link(f"/people/{number}/", name, f"person{number}@meridian.example")),
            ("", markup.badge(state.capitalize(), tone)),
            ("d-none d-md-table-cell", "Customer Operations" if number % 3 else markup.DASH),
            ("d-none d-lg-table-cell", markup.time_tag(MOMENT)),
            ("numeric", f"{number * 1837 % 50_000:,} MB"),
        ]
        yield TableRow(f"id-{number}", markup.table_cells(cells))


def table() -> TablePage:
    headers = [
        ColumnHeader("Name", "", "?sort=-name", "ascending"),
        ColumnHeader("State", "", "?sort=state"),
        ColumnHeader("Department", "d-none d-md-table-cell", "?sort=department"),
        ColumnHeader("Enabled", "d-none d-lg-table-cell", "?sort=enabled"),
        ColumnHeader("Mailbox", "numeric", "?sort=size"),
    ]
    return TablePage(headers, list(rows()), "name", "?", "?before=x", "?after=y", selectable=True)


def context(theme: str) -> dict[str, Any]:
    current = {"DisplayName": "Ana Beltrán", "FirstName": "Ana", "Role": "USER"}
    form = EditPerson({"DisplayName": "x" * 300, "Role": "BOSS"}, current=current)
    form.differences = [Difference("JobTitle", "Job title", "Planner", "Head of planning")]
    filters = [
        Filter("state", "State", (("ENABLED", "Enabled"), ("DISABLED", "Disabled")), "state"),
        Filter("domain", "Domain", (("meridian.example", "meridian.example"),), "domain"),
    ]
    return {
        "title": "People",
        "frame": Frame(theme),
        "page": table(),
        "count": "2,000+",
        "bar": filter_bar(filters, QueryDict("q=ana&state=ENABLED"), placeholder="Name, address, department"),
        "form": form,
        "fresh": EditPerson(current=current, subject="ana"),
        "why": ReasonForm(),
        "password": Password(),
        "confirm": ConfirmForm(expected="ana@meridian.example"),
        "running": {"value": 37, "max": 100, "note": "37 of 100 MB", "done": False},
        "unknown": {"note": "preparing", "done": True},
        "problem": {
            "happened": "AWS did not answer in time.",
            "not_happened": "Whether the password was changed is not known yet; the console will look.",
            "now": "Wait a minute, then open the person's history. Do not reset it a second time.",
            "detail": "ResetPassword · request 7f3c2a10",
        },
        "items": [
            ("User name", "ana"),
            ("Identifier", markup.code_tag("S-1-1-12-1234567890-123456789")),
            ("Department", "Customer Operations"),
            ("Office", ""),
            ("Enabled", MOMENT),
            ("Hidden", False),
        ],
        "changes": [
            ("Job title", "Planner", "Head of planning"),
            ("City", "Porto", "Porto"),
            ("Office", "", "4.12"),
        ],
        "addresses": ["ana@meridian.example", "ana.beltran@meridian.example", "planning@north.example"],
        "trail": [("People", "/guide/")],
        "tabs": [
            ("Profile", "#", True),
            ("Addresses", "#", False),
            ("Mailbox", "#", False),
            ("History", "#", False),
        ],
        "states": [(state.capitalize(), tone) for state, tone in STATES],
    }


def guide(request: HttpRequest) -> HttpResponse:
    messages.success(request, "The password of Ana Beltrán was reset.")
    messages.error(request, "AWS refused: the address is taken.")
    return pages.render_page(
        request, "ui/guide.html", context(request.GET.get("theme", "auto")), fragment="rows"
    )


def progress(request: HttpRequest) -> HttpResponse:
    """Answer with the bar itself: the whole page would put a second list in its place."""
    bar = {"progress": context("auto")["running"], "text": "Exporting", "href": "/progress/", "id": "p1"}
    return pages.render_page(request, "partials/progress.html", bar)


def said(request: HttpRequest) -> HttpResponse:
    return pages.add_toast(HttpResponse('<p id="said">Tack</p>'), "Gespeichert: Ågård")


def fails(request: HttpRequest) -> HttpResponse:
    raise Http404


def door(request: HttpRequest) -> HttpResponse:
    return pages.render_page(request, "ui/door.html", {"form": Password(), "title": "Sign in"})


def confirm(request: HttpRequest) -> HttpResponse:
    form = ConfirmForm(request.POST or None, expected="ana@meridian.example")
    if form.is_bound and form.is_valid():
        return pages.redirect_with_message(request, "Deleted.", "/guide/")
    consequences = ("Her mailbox is gone 30 days after it was disabled.", "She leaves 4 groups.")
    return pages.confirm_page(
        request,
        form,
        title="Delete Ana Beltrán",
        verb="Delete",
        back="/guide/",
        consequences=consequences,
        context={"frame": Frame(request.GET.get("theme", "auto"))},
    )


def trouble(request: HttpRequest) -> HttpResponse:
    return pages.problem_page(
        request, title="No answer", happened="AWS did not answer.", now="Try again.", status=504
    )
