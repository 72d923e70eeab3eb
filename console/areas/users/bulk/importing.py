"""A file of people that somebody edited: cells that differ as steps, and rows that will not do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from console.areas.users import scope
from console.areas.users.bulk import cells, finding, versions
from console.areas.users.bulk.cells import COLUMNS, LABELS, QUOTA, Wrong
from console.changes.plans import Planned
from console.mirror.models import Entity, Organization
from console.operators.actors import Actor
from console.ui.sheets import Line, Sheet, folded, known_as

IDENTITY = ("UserId", "Name", "Email")
LABELLED = {"Id": "UserId", "Username": "Name", "Address": "Email", "Primary address": "Email"}
HEADER = ("UserId", "Name", *COLUMNS, versions.COLUMN)
NAMES = {
    **known_as((*IDENTITY, *COLUMNS, versions.COLUMN), LABELS),
    **{folded(label): column for label, column in LABELLED.items()},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row, or a cell of it, cannot be done; `who` is as the file has her."""

    row: int
    who: str
    column: str
    said: str

    @property
    def stored(self) -> list[Any]:
        return [self.row, self.who[:200], self.column, self.said[:500]]


@dataclass(slots=True)
class Plan:
    """What comes of a file: steps, rows that cannot be done, and rows that ask for nothing."""

    rows: int = 0
    steps: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def touched(self) -> int:
        """Rows that change something."""
        return len({step.row for step in self.steps})


class Import:
    """One file against what `actor` may see and change, the mirror asked once for all rows."""

    def __init__(self, actor: Actor, organization: Organization, sheet: Sheet) -> None:
        self.sheet = sheet
        self.columns = tuple(column for column in sheet.columns if column in COLUMNS)
        self.edits = finding.able(actor, "UpdateUser", organization)
        self.sizes = finding.able(actor, "UpdateMailboxQuota", organization)
        columns = {name: [line.cells.get(name, "").strip() for line in sheet.lines] for name in IDENTITY}
        people = scope.people(actor, organization)
        self.known = finding.known(
            people,
            ids=columns["UserId"],
            names=self._lone(columns, "Name"),
            addresses=self._lone(columns, "Email"),
        )
        self.met: dict[int, int] = {}

    def plan(self) -> Plan:
        made = Plan(rows=len(self.sheet.lines), notes=notes(self.sheet))
        for line in self.sheet.lines:
            person = self._whom(line)
            faults = list(self._unfit(line, person))
            steps = [] if person is None or faults else self._steps(line, person, faults)
            made.faults += faults
            made.steps += [] if faults else steps
            if not steps and not faults:
                made.same.append(line.number)
        return made

    @staticmethod
    def _lone(columns: dict[str, list[str]], name: str) -> list[str]:
        """Of rows that have no id, by which they would be found."""
        return [cell for cell, key in zip(columns[name], columns["UserId"], strict=True) if cell and not key]

    def _whom(self, line: Line) -> Entity | None:
        user_id, name, email = (line.cells.get(column, "").strip().lower() for column in IDENTITY)
        if user_id:
            return self.known.ids.get(user_id)
        return self.known.names.get(name) or (None if name else self.known.addresses.get(email))

    def _unfit(self, line: Line, person: Entity | None) -> Iterator[Fault]:
        """What speaks against the row as a whole: the first is enough."""
        column, said = self._obstacle(line, person)
        if said:
            yield Fault(line.number, who(line), column, said)

    def _obstacle(self, line: Line, person: Entity | None) -> tuple[str, str]:
        named = next((column for column in IDENTITY if line.cells.get(column, "").strip()), "")
        if person is None:
            return named, "Nobody here is called this." if named else "The row names nobody."
        if short := len(self.sheet.columns) - len(line.cells):
            return "", f"The row is {short} cells shorter than the header, so something is missing."
        if line.more:
            return "", f"The row has {line.more} cells more than the header names."
        if person.is_deleted:
            return named, "This person is deleted in WorkMail."
        if not self.edits(person):
            return named, "Your rights do not let you change this person."
        return self._mixed_up(line, person) or self._again(line, person) or ("", "")

    def _mixed_up(self, line: Line, person: Entity) -> tuple[str, str] | None:
        """A row that was sorted apart from its ids would put one person's data upon another."""
        for column, own in (("Name", person.name), ("Email", person.email)):
            given = line.cells.get(column, "").strip()
            if given and given.lower() != own.lower():
                return column, f"This is not the one whom the row's id means ({own or 'without an address'})."
        return None

    def _again(self, line: Line, person: Entity) -> tuple[str, str] | None:
        first = self.met.setdefault(person.pk, line.number)
        if first != line.number:
            return "", f"This person stands in row {first} already; only that one counts."
        return None

    def _steps(self, line: Line, person: Entity, faults: list[Fault]) -> list[Planned]:
        asked = self._asked(line, person, faults)
        quota = asked.pop(QUOTA, None)
        key = {"UserId": person.entity_id}
        steps = [Planned("UpdateUser", {**key, **asked}, row=line.number)] if asked else []
        if quota is not None:
            steps.append(Planned("UpdateMailboxQuota", {**key, QUOTA: quota}, row=line.number))
        return steps

    def _asked(self, line: Line, person: Entity, faults: list[Fault]) -> dict[str, Any]:
        """The values of the cells that somebody changed."""
        now = cells.current(person)
        asked: dict[str, Any] = {}
        differing = [name for name in self.columns if not cells.same(line.cells[name], now[name])]
        marks = versions.read(line.cells.get(versions.COLUMN, ""), COLUMNS) if differing else None
        for name in differing:
            assert marks is not None
            if marks.is_untouched(name, line.cells[name]):
                continue
            try:
                value = self._value(name, line, person, stale=marks.is_stale(name, cells.written(now[name])))
            except Wrong as wrong:
                faults.append(Fault(line.number, who(line), name, f"{LABELS[name]} {wrong}."))
            else:
                asked |= {name: value} if value != now[name] else {}
        return asked

    def _value(self, name: str, line: Line, person: Entity, *, stale: bool) -> Any:
        value = cells.parsed(name, line.cells[name])
        if stale:
            raise Wrong("was changed in WorkMail after this file was made. Export it again, and edit that")
        if name == QUOTA and not self.sizes(person):
            raise Wrong("is not among your rights")
        if name == QUOTA and person.state != Entity.State.ENABLED:
            raise Wrong("needs a mailbox, and this person is not enabled")
        return value


def who(line: Line) -> str:
    """As the file names the person of a row, by what a reader knows best."""
    return next(
        (line.cells[each].strip() for each in ("Name", "Email", "UserId") if line.cells.get(each)), ""
    )


def notes(sheet: Sheet) -> list[str]:
    """What has to be said of the file as a whole."""
    told = list(sheet.notes)
    if sheet.foreign:
        told.append(f"Columns that mean nothing here were left out: {', '.join(sheet.foreign)}.")
    if sheet.twice:
        told.append(f"Of columns that are there twice the last one counts: {', '.join(sheet.twice)}.")
    return told


def unusable(sheet: Sheet) -> str:
    """Why no row of the file can be used, if so."""
    if not set(IDENTITY) & set(sheet.columns):
        return "No column says whom a row is about: it needs UserId, Name or Email in its first row."
    if not set(COLUMNS) & set(sheet.columns):
        return f"No column has anything to change. These can be changed: {', '.join(COLUMNS)}."
    return "" if sheet.lines else "There is a header and no row below it."
