"""A change to take along: a receipt for the ticket, and a line for each step as CSV."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase

from console.actor import Actor
from console.areas.changes import showing
from console.areas.changes.views import address, find
from console.changes.models import Change
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import csv_text
from console.web import downloads

RECEIPT = 200  # steps; a longer change has its file
BATCH = 500
HEADER = ("Row", "Step", "Operation", "Target", "Id", "State", "Code", "Note")


@performs("ReadChanges")
def receipt(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)
    steps = list(change.steps.order_by("position")[:RECEIPT])
    text = showing.receipt(request.actor, change, steps, request.build_absolute_uri(address(change)))
    filename = f"change-{change.pk}-receipt.txt"
    if request.method != "HEAD":
        downloads.record_download(request, organization, filename, rows=len(steps), **_named(change))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@performs("ReadChanges")
def as_csv(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponseBase:
    change = find(request, organization, pk)
    lines = csv_text.write_rows(HEADER, _lines(request.actor, change))
    return downloads.stream_csv(
        request, organization, f"change-{change.pk}-result.csv", lines, **_named(change)
    )


def _named(change: Change) -> dict[str, str]:
    return {"target": f"change-{change.pk}", "target_name": change.title[:300], "ticket": change.ticket}


def _lines(actor: Actor, change: Change) -> Iterator[tuple[Any, ...]]:
    """The steps in their order, and between them the rows of the file that have none."""
    left = deque(_rows(change))
    for start in range(0, change.total, BATCH):
        found = change.steps.filter(position__gte=start, position__lt=start + BATCH)
        steps = list(found.order_by("position"))
        names = showing.Names(actor, change.organization, steps)
        for step in steps:
            while left and step.row is not None and left[0][0] < step.row:
                yield left.popleft()
            target, _ = names.target(step)
            said = showing.note(step, names)
            state = step.get_state_display()
            yield step.row, step.position + 1, step.operation, target, step.target, state, step.code, said
    yield from left


def _rows(change: Change) -> list[tuple[Any, ...]]:
    """What the file that it was made of had besides: rows that will not do, and rows that ask for nothing."""
    unfit = [
        (row, None, "", who, "", "Not done", column, said)
        for row, who, column, said in change.data.get("left", [])
    ]
    same = [(row, None, "", "", "", "Nothing to do", "", "") for row in change.data.get("same", [])]
    return sorted([*unfit, *same], key=lambda line: line[0])
