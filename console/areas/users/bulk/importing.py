"""A file of people that somebody edited: cells that differ as steps, and rows that will not do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from console.actor import Actor
from console.areas.users import scope
from console.areas.users.bulk import cells, finding, versions
from console.areas.users.bulk.cells import COLUMNS, LABELS, QUOTA, Wrong
from console.areas.users.bulk.columns import with_synonyms
from console.changes.steps import PlannedStep
from console.mirror import lookup
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Organization
from console.plurals import number_of
from console.ui.address_list import parse_addresses
from console.ui.uploaded_table import UploadedRow, UploadedTable, column_names

IDENTITY = ("UserId", "Name", "Email")
HEADER = ("UserId", "Name", *COLUMNS, versions.COLUMN)
NAMES = with_synonyms(column_names((*IDENTITY, *COLUMNS, versions.COLUMN), LABELS), (*IDENTITY, *COLUMNS))


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
    steps: list[PlannedStep] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def touched(self) -> int:
        """Rows that change something."""
        return len({step.row for step in self.steps})


class Import:
    """One file against what `actor` may see and change, the mirror asked once for all rows."""

    def __init__(self, actor: Actor, organization: Organization, sheet: UploadedTable) -> None:
        self.sheet = sheet
        self.columns = tuple(column for column in sheet.columns if column in COLUMNS)
        self.edits = finding.able(actor, "UpdateUser", organization)
        self.sizes = finding.able(actor, "UpdateMailboxQuota", organization)
        people = scope.people(actor, organization)
        self.known = lookup.index_entities(people, ids=[line.cells.get("UserId", "") for line in sheet.lines])
        living = people.exclude(state=Entity.State.DELETED)
        self.resolved = lookup.resolve_words(living, organization, filter(None, map(_word, sheet.lines)))
        self.met: dict[int, int] = {}

    def plan(self) -> Plan:
        made = begin(self.sheet)
        for line in self.sheet.lines:
            person = self._whom(line)
            faults = list(self._unfit(line, person))
            steps = [] if person is None or faults else self._steps(line, person, faults)
            made.faults += faults
            made.steps += [] if faults else steps
            if not steps and not faults:
                made.same.append(line.number)
        return made

    def _whom(self, line: UploadedRow) -> Entity | None:
        if user_id := line.cells.get("UserId", "").lower():
            return self.known.ids.get(user_id)
        return self.resolved.one.get(_word(line).lower())

    def _unfit(self, line: UploadedRow, person: Entity | None) -> Iterator[Fault]:
        """What speaks against the row as a whole: the first is enough."""
        column, said = self._obstacle(line, person)
        if said:
            yield Fault(line.number, who(line), column, said)

    def _obstacle(self, line: UploadedRow, person: Entity | None) -> tuple[str, str]:
        named = next((column for column in IDENTITY if line.cells.get(column, "").strip()), "")
        if person is None:
            return named, self._unknown(line) if named else "The row names no user."
        if short := len(self.sheet.columns) - len(line.cells):
            return "", f"The row is {number_of(short, 'cell')} shorter than the header."
        if line.more:
            return "", f"The row has {number_of(line.more, 'cell')} more than the header names."
        if person.is_deleted:
            return named, "This user is deleted in WorkMail."
        if not self.edits(person):
            return named, "Your permissions do not let you change this user."
        return self._mixed_up(line, person) or self._again(line, person) or ("", "")

    def _unknown(self, line: UploadedRow) -> str:
        if meant := self.resolved.offered.get(_word(line).lower()):
            users = " or ".join(f"{each.display_name} ({each.entity_id})" for each in meant[:3])
            return f"This can mean {users}. Add the column UserId with the id of the user."
        return "No user has this id, username, email address or alias."

    def _mixed_up(self, line: UploadedRow, person: Entity) -> tuple[str, str] | None:
        """A row that was sorted apart from its ids would put one person's data upon another."""
        by, *others = [column for column in IDENTITY if line.cells.get(column)]
        for column in others:
            own = person.name if column == "Name" else person.email
            given = _address(line) if column == "Email" else line.cells[column]
            meant = self.resolved.one.get(given.lower())
            if given.lower() != own.lower() and (meant is None or meant.pk != person.pk):
                return (
                    column,
                    f"This is not the user that {by} in this row means ({own or 'no email address'}).",
                )
        return None

    def _again(self, line: UploadedRow, person: Entity) -> tuple[str, str] | None:
        first = self.met.setdefault(person.pk, line.number)
        if first != line.number:
            return "", f"This user is in row {first} already; only that row counts."
        return None

    def _steps(self, line: UploadedRow, person: Entity, faults: list[Fault]) -> list[PlannedStep]:
        asked = self._asked(line, person, faults)
        quota = asked.pop(QUOTA, None)
        key = {"UserId": person.entity_id}
        steps = [PlannedStep("UpdateUser", {**key, **asked}, row=line.number)] if asked else []
        if quota is not None:
            steps.append(PlannedStep("UpdateMailboxQuota", {**key, QUOTA: quota}, row=line.number))
        return steps

    def _asked(self, line: UploadedRow, person: Entity, faults: list[Fault]) -> dict[str, Any]:
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
                require_sound(line, name, self.sheet)
                value = self._value(name, line, person, stale=marks.is_stale(name, cells.written(now[name])))
            except Wrong as wrong:
                faults.append(Fault(line.number, who(line), name, f"{LABELS[name]} {wrong}."))
            else:
                asked |= {name: value} if value != now[name] else {}
        return asked

    def _value(self, name: str, line: UploadedRow, person: Entity, *, stale: bool) -> Any:
        value = cells.parsed(name, line.cells[name])
        if stale:
            raise Wrong("was changed in WorkMail after this file was made. Export it again, and edit that")
        if name == QUOTA and not self.sizes(person):
            raise Wrong("is not among your permissions")
        if name == QUOTA and not get_mailbox(person).is_in_use:
            raise Wrong("needs a mailbox, and this user has none in use")
        return value


def begin(sheet: UploadedTable) -> Plan:
    """Return the plan of a file with the rows that cannot be read."""
    made = Plan(rows=len(sheet.lines) + len(sheet.broken), notes=notes(sheet))
    made.faults += [Fault(row, "", "", f"The row {said}.") for row, said in sheet.broken.items()]
    return made


def require_sound(line: UploadedRow, column: str, sheet: UploadedTable) -> None:
    """Raise `Wrong` for a cell with control characters, or damaged by a spreadsheet unless accepted."""
    if said := line.controls.get(column):
        raise Wrong(said)
    if (said := line.damage.get(column)) and not sheet.accepts_damage:
        raise Wrong(f"{said}: “{line.cells[column][:60]}”. Correct it, or accept such values in the form")


def who(line: UploadedRow) -> str:
    """As the file names the person of a row, by what a reader knows best."""
    return next((line.cells[each] for each in ("Name", "Email", "UserId") if line.cells.get(each)), "")


def _word(line: UploadedRow) -> str:
    """Return what the row names its user by, unless that is an id."""
    return "" if line.cells.get("UserId") else line.cells.get("Name", "") or _address(line)


def _address(line: UploadedRow) -> str:
    mentions = parse_addresses(line.cells.get("Email", ""))
    return mentions[0].text if len(mentions) == 1 else line.cells.get("Email", "")


def notes(sheet: UploadedTable) -> list[str]:
    """What has to be said of the file as a whole."""
    told = list(sheet.notes)
    if sheet.foreign:
        told.append(f"Columns without a match in WorkMail were left out: {', '.join(sheet.foreign)}.")
    if sheet.twice:
        told.append(f"Of columns that occur twice, the last one counts: {', '.join(sheet.twice)}.")
    return told


def unusable(sheet: UploadedTable) -> str:
    """Why no row of the file can be used, if so."""
    if not set(IDENTITY) & set(sheet.columns):
        return "No column identifies the users. Add UserId, Name or Email, or assign the columns below."
    if not set(COLUMNS) & set(sheet.columns):
        return f"No column has a value that can be changed: {', '.join(COLUMNS)}. Assign the columns below."
    return "" if sheet.lines or sheet.broken else "The file has a header and no rows."
