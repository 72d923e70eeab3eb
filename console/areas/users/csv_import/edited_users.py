"""The import of edited users: differing cells as steps, and rows with problems."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from console.actor import Actor
from console.areas.users import scope, user_fields
from console.areas.users.csv_import import row_versions
from console.areas.users.csv_import.columns import add_synonyms
from console.areas.users.user_fields import EDITABLE_COLUMNS, FIELD_LABELS, QUOTA, InvalidCell
from console.changes.steps import PlannedStep
from console.mirror import lookup
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Organization
from console.plurals import number_of
from console.ui.address_list import parse_addresses
from console.ui.uploaded_table import UploadedRow, UploadedTable, column_names

IDENTITY_COLUMNS = ("UserId", "Name", "Email")
CSV_HEADER = ("UserId", "Name", *EDITABLE_COLUMNS, row_versions.VERSION_COLUMN)
HEADER_NAMES = add_synonyms(
    column_names((*IDENTITY_COLUMNS, *EDITABLE_COLUMNS, row_versions.VERSION_COLUMN), FIELD_LABELS),
    (*IDENTITY_COLUMNS, *EDITABLE_COLUMNS),
)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem of a row or cell; `who` is the user as the file names them."""

    row: int
    who: str
    column: str
    said: str

    @property
    def stored(self) -> list[Any]:
        return [self.row, self.who[:200], self.column, self.said[:500]]


@dataclass(slots=True)
class ImportPlan:
    """The result of reading a file: steps, problems, and rows without changes (`same`)."""

    rows: int = 0
    steps: list[PlannedStep] = field(default_factory=list)
    faults: list[RowProblem] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def touched(self) -> int:
        return len({step.row for step in self.steps})


class EditedUsersImport:
    """The import of one file; the mirror is queried once for all rows."""

    def __init__(self, actor: Actor, organization: Organization, sheet: UploadedTable) -> None:
        self.sheet = sheet
        self.columns = tuple(column for column in sheet.columns if column in EDITABLE_COLUMNS)
        self.edits = scope.build_permission_check(actor, "UpdateUser", organization)
        self.sizes = scope.build_permission_check(actor, "UpdateMailboxQuota", organization)
        people = scope.visible_users(actor, organization)
        self.known = lookup.index_entities(people, ids=[line.cells.get("UserId", "") for line in sheet.lines])
        living = people.exclude(state=Entity.State.DELETED)
        self.resolved = lookup.resolve_words(
            living, organization, filter(None, map(_row_identifier, sheet.lines))
        )
        self.met: dict[int, int] = {}

    def plan(self) -> ImportPlan:
        import_plan = start_plan(self.sheet)
        for line in self.sheet.lines:
            user = self._whom(line)
            faults = list(self._row_problems(line, user))
            steps = [] if user is None or faults else self._steps(line, user, faults)
            import_plan.faults += faults
            import_plan.steps += [] if faults else steps
            if not steps and not faults:
                import_plan.same.append(line.number)
        return import_plan

    def _whom(self, line: UploadedRow) -> Entity | None:
        if user_id := line.cells.get("UserId", "").lower():
            return self.known.ids.get(user_id)
        return self.resolved.one.get(_row_identifier(line).lower())

    def _row_problems(self, line: UploadedRow, user: Entity | None) -> Iterator[RowProblem]:
        """Return the first problem of the row as a whole."""
        column, problem = self._find_row_problem(line, user)
        if problem:
            yield RowProblem(line.number, get_row_name(line), column, problem)

    def _find_row_problem(self, line: UploadedRow, user: Entity | None) -> tuple[str, str]:
        named = next((column for column in IDENTITY_COLUMNS if line.cells.get(column, "").strip()), "")
        if user is None:
            return named, self._unknown(line) if named else "The row names no user."
        if short := len(self.sheet.columns) - len(line.cells):
            return "", f"The row is {number_of(short, 'cell')} shorter than the header."
        if line.more:
            return "", f"The row has {number_of(line.more, 'cell')} more than the header names."
        if user.is_deleted:
            return named, "This user is deleted in WorkMail."
        if not self.edits(user):
            return named, "Your permissions do not let you change this user."
        return self._find_identity_mismatch(line, user) or self._find_duplicate_row(line, user) or ("", "")

    def _unknown(self, line: UploadedRow) -> str:
        if meant := self.resolved.offered.get(_row_identifier(line).lower()):
            users = " or ".join(f"{each.display_name} ({each.entity_id})" for each in meant[:3])
            return f"This can mean {users}. Add the column UserId with the id of the user."
        return "No user has this id, username, email address or alias."

    def _find_identity_mismatch(self, line: UploadedRow, user: Entity) -> tuple[str, str] | None:
        """Return a problem if the columns name different users, as after sorting a part of the columns."""
        by, *others = [column for column in IDENTITY_COLUMNS if line.cells.get(column)]
        for column in others:
            own = user.name if column == "Name" else user.email
            identity = _row_address(line) if column == "Email" else line.cells[column]
            meant = self.resolved.one.get(identity.lower())
            if identity.lower() != own.lower() and (meant is None or meant.pk != user.pk):
                return (
                    column,
                    f"This is not the user that {by} in this row means ({own or 'no email address'}).",
                )
        return None

    def _find_duplicate_row(self, line: UploadedRow, user: Entity) -> tuple[str, str] | None:
        first = self.met.setdefault(user.pk, line.number)
        if first != line.number:
            return "", f"This user is in row {first} already; only that row counts."
        return None

    def _steps(self, line: UploadedRow, user: Entity, faults: list[RowProblem]) -> list[PlannedStep]:
        values = self._changed_values(line, user, faults)
        quota = values.pop(QUOTA, None)
        key = {"UserId": user.entity_id}
        steps = [PlannedStep("UpdateUser", {**key, **values}, row=line.number)] if values else []
        if quota is not None:
            steps.append(PlannedStep("UpdateMailboxQuota", {**key, QUOTA: quota}, row=line.number))
        return steps

    def _changed_values(self, line: UploadedRow, user: Entity, faults: list[RowProblem]) -> dict[str, Any]:
        now = user_fields.get_current_values(user)
        values: dict[str, Any] = {}
        differing = [
            name for name in self.columns if not user_fields.is_same_value(line.cells[name], now[name])
        ]
        marks = (
            row_versions.parse_row_version(line.cells.get(row_versions.VERSION_COLUMN, ""), EDITABLE_COLUMNS)
            if differing
            else None
        )
        for name in differing:
            assert marks is not None
            if marks.is_untouched(name, line.cells[name]):
                continue
            try:
                require_undamaged(line, name, self.sheet)
                value = self._value(
                    name, line, user, stale=marks.is_stale(name, user_fields.format_cell(now[name]))
                )
            except InvalidCell as wrong:
                faults.append(
                    RowProblem(line.number, get_row_name(line), name, f"{FIELD_LABELS[name]} {wrong}.")
                )
            else:
                values |= {name: value} if value != now[name] else {}
        return values

    def _value(self, name: str, line: UploadedRow, user: Entity, *, stale: bool) -> Any:
        value = user_fields.parse_cell(name, line.cells[name])
        if stale:
            raise InvalidCell(
                "was changed in WorkMail after this file was made. Export it again, and edit that"
            )
        if name == QUOTA and not self.sizes(user):
            raise InvalidCell("is not among your permissions")
        if name == QUOTA and not get_mailbox(user).is_in_use:
            raise InvalidCell("needs a mailbox, and this user has none in use")
        return value


def start_plan(sheet: UploadedTable) -> ImportPlan:
    """Return a plan with the rows that cannot be read."""
    import_plan = ImportPlan(rows=len(sheet.lines) + len(sheet.broken), notes=describe_columns(sheet))
    import_plan.faults += [
        RowProblem(row, "", "", f"The row {problem}.") for row, problem in sheet.broken.items()
    ]
    return import_plan


def require_undamaged(line: UploadedRow, column: str, sheet: UploadedTable) -> None:
    """Raise `InvalidCell` for control characters, and for spreadsheet damage unless it is accepted."""
    if problem := line.controls.get(column):
        raise InvalidCell(problem)
    if (problem := line.damage.get(column)) and not sheet.accepts_damage:
        raise InvalidCell(
            f"{problem}: “{line.cells[column][:60]}”. Correct it, or accept such values in the form"
        )


def get_row_name(line: UploadedRow) -> str:
    """Return the username, address or id that the row has."""
    return next((line.cells[each] for each in ("Name", "Email", "UserId") if line.cells.get(each)), "")


def _row_identifier(line: UploadedRow) -> str:
    """Return the username or address of a row without a user id."""
    return "" if line.cells.get("UserId") else line.cells.get("Name", "") or _row_address(line)


def _row_address(line: UploadedRow) -> str:
    mentions = parse_addresses(line.cells.get("Email", ""))
    return mentions[0].text if len(mentions) == 1 else line.cells.get("Email", "")


def describe_columns(sheet: UploadedTable) -> list[str]:
    notes = list(sheet.notes)
    if sheet.foreign:
        notes.append(f"Columns without a match in WorkMail were left out: {', '.join(sheet.foreign)}.")
    if sheet.twice:
        notes.append(f"Of columns that occur twice, the last one counts: {', '.join(sheet.twice)}.")
    return notes


def find_table_problem(sheet: UploadedTable) -> str:
    """Return why the file has no usable rows, or ""."""
    if not set(IDENTITY_COLUMNS) & set(sheet.columns):
        return "No column identifies the users. Add UserId, Name or Email, or assign the columns below."
    if not set(EDITABLE_COLUMNS) & set(sheet.columns):
        names = ", ".join(EDITABLE_COLUMNS)
        return f"No column has a value that can be changed: {names}. Assign the columns below."
    return "" if sheet.lines or sheet.broken else "The file has a header and no rows."
