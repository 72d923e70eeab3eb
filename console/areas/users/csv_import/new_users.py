"""The import of new users: each row as a chain of steps, and rows with problems."""

import re
from collections.abc import Iterator
from typing import Any

from console.actor import Actor
from console.areas.entities import scope
from console.areas.entities.scope import usable_domains
from console.areas.users import user_fields
from console.areas.users.csv_import.columns import ALIASES, EMAIL, GROUPS, NAME, add_synonyms
from console.areas.users.csv_import.edited_users import (
    ImportPlan,
    RowProblem,
    get_row_name,
    require_undamaged,
    start_plan,
)
from console.areas.users.user_fields import EDITABLE_MEMBERS, FIELD_LABELS, QUOTA, ROLE, InvalidCell
from console.aws import model
from console.changes.steps import GENERATED, FromStep, PlannedStep
from console.mirror import lookup
from console.mirror.models import Alias, Entity, Organization
from console.operators import policy
from console.plurals import number_of
from console.ui.address_list import parse_addresses
from console.ui.form_fields import get_shape
from console.ui.uploaded_table import UploadedRow, UploadedTable, column_names

CREATE_MEMBERS = tuple(member for member in EDITABLE_MEMBERS if member in model.input_members("CreateUser"))
UPDATE_MEMBERS = tuple(member for member in EDITABLE_MEMBERS if member not in CREATE_MEMBERS)
NEW_USER_COLUMNS = (NAME, *CREATE_MEMBERS, EMAIL, GROUPS, QUOTA, ALIASES, *UPDATE_MEMBERS)
NEW_USER_HEADER_NAMES = add_synonyms(
    column_names(NEW_USER_COLUMNS, {**FIELD_LABELS, NAME: "Username", EMAIL: "Primary address"}),
    NEW_USER_COLUMNS,
)
# What a column asks for, beyond the account itself.
COLUMN_OPERATIONS = {
    EMAIL: "RegisterToWorkMail",
    GROUPS: "AssociateMemberToGroup",
    QUOTA: "UpdateMailboxQuota",
    ALIASES: "CreateAlias",
    **dict.fromkeys(UPDATE_MEMBERS, "UpdateUser"),
}


class NewUsersImport:
    """The import of one file; the mirror is queried once for all rows."""

    def __init__(self, actor: Actor, organization: Organization, sheet: UploadedTable) -> None:
        self.sheet = sheet
        self.whole = {
            operation: policy.covers_organization(actor, operation, organization)
            for operation in _all_operations()
        }
        self.own = frozenset(policy.granted_domains(actor, "CreateUser", organization))
        self.domains = frozenset(usable_domains(actor, "RegisterToWorkMail", organization))
        self.groups = self._groups(actor, organization)
        self.taken = self._taken(actor, organization)
        self.used: dict[str, int] = {}
        self.unfinished_users = self._find_unfinished_users(actor, organization)

    def plan(self) -> ImportPlan:
        import_plan = start_plan(self.sheet)
        for line in self.sheet.lines:
            faults: list[RowProblem] = []
            values = self._values(line, faults)
            faults += [
                RowProblem(line.number, get_row_name(line), column, said)
                for column, said in self._row_problems(line)
            ]
            if faults:
                import_plan.faults += faults
            else:
                import_plan.steps += self._steps(line.number, values, len(import_plan.steps))
                if self._existing(line):
                    import_plan.notes.append(
                        f"Row {line.number}: {values[NAME]} exists without a mailbox and is completed."
                    )
                self.used |= {name: line.number for _, name in self._names(line)}
        return import_plan

    def _values(self, line: UploadedRow, faults: list[RowProblem]) -> dict[str, Any]:
        """Return the values of the cells that are not empty."""
        values: dict[str, Any] = {}
        for column in NEW_USER_COLUMNS:
            cell = line.cells.get(column, "")
            try:
                require_undamaged(line, column, self.sheet)
                if cell or column in (NAME, "DisplayName"):
                    values[column] = self._value(column, cell)
            except InvalidCell as wrong:
                faults.append(
                    RowProblem(line.number, get_row_name(line), column, f"{column_label(column)} {wrong}.")
                )
        return values

    def _value(self, column: str, cell: str) -> Any:
        if column in FIELD_LABELS:
            return user_fields.parse_cell(column, cell)
        if column == GROUPS:
            return [self._group(each) for each in _split_groups(cell)]
        if column == ALIASES:
            return [self._address("CreateAlias", "Alias", each.text) for each in parse_addresses(cell)]
        if column == EMAIL:
            return self._address("RegisterToWorkMail", "Email", _parse_email(cell))
        if not cell:
            raise InvalidCell("cannot be empty")
        if " " in cell:
            raise InvalidCell("takes letters, digits, dots, hyphens and underscores; no blanks")
        user_fields.require_valid_for_model(get_shape("CreateUser", NAME), cell)
        return cell

    def _group(self, name: str) -> str:
        group = self.groups.one.get(name.lower())
        if offered := self.groups.offered.get(name.lower()):
            meant = " or ".join(each.email or each.name for each in offered[:3])
            raise InvalidCell(f"names {name}, which can mean {meant}; enter the email address")
        if group is None:
            raise InvalidCell(f"names {name}, and no group has this name or address")
        return group.entity_id

    def _address(self, operation: str, member: str, address: str) -> str:
        user_fields.require_valid_for_model(get_shape(operation, member), address)
        domain = address.rpartition("@")[2].lower()
        if domain not in self.domains:
            raise InvalidCell(f"is in the domain {domain}, in which you cannot create addresses")
        return address

    def _row_problems(self, line: UploadedRow) -> Iterator[tuple[str, str]]:
        filled = [column for column in NEW_USER_COLUMNS if line.cells.get(column)]
        if line.more:
            yield "", f"The row has {number_of(line.more, 'cell')} more than the header names."
        for column in filled:
            if column in COLUMN_OPERATIONS and not self.whole[COLUMN_OPERATIONS[column]]:
                yield column, f"Your permissions do not let you set {column_label(column)} for a new user."
        if not self.whole["CreateUser"] and not self._is_in_own_domain(line):
            yield NAME, f"Your permissions cover only usernames such as name@{min(self.own)}."
        if EMAIL not in filled:
            for column in {GROUPS, QUOTA, ALIASES}.intersection(filled):
                yield column, f"{column_label(column)} needs a mailbox: add a primary email address."
        yield from self._find_duplicates(line)

    def _find_duplicates(self, line: UploadedRow) -> Iterator[tuple[str, str]]:
        """Return names and addresses that another user, row or cell has."""
        own, here = self._existing(line), set[str]()
        for column, name in self._names(line):
            if column == ALIASES and name in here:
                yield column, f"{name} is in this row twice, as an alias or as the primary email address."
            elif name in self.taken and not (own and column == NAME):
                yield column, f"{name} is already in use."
            elif name in self.used:
                yield column, f"{name} is already in row {self.used[name]}."
            if column != NAME:
                here.add(name)

    def _is_in_own_domain(self, line: UploadedRow) -> bool:
        return line.cells.get(NAME, "").strip().rpartition("@")[2].lower() in self.own

    def _names(self, line: UploadedRow) -> list[tuple[str, str]]:
        """Return the username and the addresses, which must be unique, with their columns."""
        email = line.cells.get(EMAIL, "")
        addresses = [each.text for each in parse_addresses(email)] or [email]
        aliases = [each.text for each in parse_addresses(line.cells.get(ALIASES, ""))]
        names = [(NAME, line.cells.get(NAME, "")), *((EMAIL, each) for each in addresses)]
        return [
            (column, name.lower())
            for column, name in [*names, *((ALIASES, each) for each in aliases)]
            if name
        ]

    def _existing(self, line: UploadedRow) -> Entity | None:
        """Return the earlier created user of that username who has no mailbox yet."""
        user = self.unfinished_users.get(line.cells.get(NAME, "").lower())
        is_same = user is not None and user.display_name == line.cells.get("DisplayName", "")
        return user if is_same and line.cells.get(EMAIL) else None

    def _steps(self, row: int, values: dict[str, Any], base: int) -> Iterator[PlannedStep]:
        """Return the steps of a row; `base` is the position of the first one in the change."""
        if existing := self.unfinished_users.get(values[NAME].lower()):
            yield from self._completion_steps(row, values, existing, base)
            return
        name, user_id, email = values[NAME], FromStep(base, "UserId"), values.get(EMAIL, "")
        first = {member: values[member] for member in (NAME, *CREATE_MEMBERS) if member in values}
        if values.get(ROLE, "USER") == "USER":
            first["Password"] = GENERATED
        yield PlannedStep("CreateUser", first, label=f"Create {name}", row=row)
        if email:
            enabling = {"EntityId": user_id, "Email": email}
            yield PlannedStep(
                "RegisterToWorkMail", enabling, label=f"Enable {name} as {email}", needs=base, row=row
            )
        if later := {member: values[member] for member in UPDATE_MEMBERS if values.get(member)}:
            yield PlannedStep(
                "UpdateUser", {"UserId": user_id, **later}, label=f"Record of {name}", needs=base, row=row
            )
        for operation, params, label in self._more(values, user_id, name):
            yield PlannedStep(operation, params, label=label, needs=base + 1, row=row)

    def _completion_steps(
        self, row: int, values: dict[str, Any], existing: Entity, base: int
    ) -> Iterator[PlannedStep]:
        """Return the missing steps of a user that exists without a mailbox."""
        name, email, user_id = values[NAME], values[EMAIL], existing.entity_id
        enabling = {"EntityId": user_id, "Email": email}
        yield PlannedStep("RegisterToWorkMail", enabling, label=f"Enable {name} as {email}", row=row)
        now = user_fields.get_current_values(existing)
        record = {
            member: values[member]
            for member in EDITABLE_MEMBERS
            if values.get(member) not in ("", None, now[member])
        }
        if record:
            yield PlannedStep("UpdateUser", {"UserId": user_id, **record}, label=f"Record of {name}", row=row)
        for operation, params, label in self._more(values, user_id, name):
            yield PlannedStep(operation, params, label=label, needs=base, row=row)

    def _more(
        self, values: dict[str, Any], user_id: FromStep | str, name: str
    ) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Return the calls that require an enabled user."""
        for group in values.get(GROUPS, []):
            yield "AssociateMemberToGroup", {"GroupId": group, "MemberId": user_id}, f"{name} joins the group"
        for alias in values.get(ALIASES, []):
            yield "CreateAlias", {"EntityId": user_id, "Alias": alias}, f"{alias} for {name}"
        if QUOTA in values:
            yield "UpdateMailboxQuota", {"UserId": user_id, QUOTA: values[QUOTA]}, f"Quota of {name}"

    def _groups(self, actor: Actor, organization: Organization) -> lookup.ResolvedWords:
        """Find the groups of the file that the operator may add members to."""
        words = {each for line in self.sheet.lines for each in _split_groups(line.cells.get(GROUPS, ""))}
        groups = policy.visible_entities(actor, "AssociateMemberToGroup", organization).filter(
            kind=Entity.Kind.GROUP, state=Entity.State.ENABLED
        )
        return lookup.resolve_words(groups, organization, sorted(words))

    def _taken(self, actor: Actor, organization: Organization) -> set[str]:
        """Return names and addresses of visible users; WorkMail itself checks the others."""
        names = [name for line in self.sheet.lines for _, name in self._names(line)]
        seen = scope.visible_entities(actor, "DescribeUser", organization).exclude(state=Entity.State.DELETED)
        addresses = [name for name in names if "@" in name]
        usernames = [line.cells.get(NAME, "") for line in self.sheet.lines]
        known = lookup.index_entities(seen, names=usernames, addresses=addresses)
        aliases = (
            Alias.objects.filter(organization=organization, address__in=part, entity__in=seen.values("pk"))
            for part in lookup.split_batches(addresses)
        )
        taken = {address for part in aliases for address in part.values_list("address", flat=True)}
        return taken | known.names.keys() | known.addresses.keys()

    def _find_unfinished_users(self, actor: Actor, organization: Organization) -> dict[str, Entity]:
        """Return disabled users of the file without an address, by username."""
        usernames = [line.cells.get(NAME, "") for line in self.sheet.lines]
        seen = scope.visible_entities(actor, "RegisterToWorkMail", organization)
        disabled = seen.filter(kind=Entity.Kind.USER, state=Entity.State.DISABLED, email="")
        return lookup.index_entities(disabled, names=usernames).names


def find_new_users_problem(sheet: UploadedTable) -> str:
    """Return why the file has no usable rows, or ""."""
    missing = [column for column in (NAME, "DisplayName") if column not in sheet.columns]
    if missing and (sheet.lines or not sheet.columns):
        names = " and the ".join(column_label(each).lower() for each in missing)
        return f"No column has the {names}. Assign the columns below."
    return "" if sheet.lines or sheet.broken else "The file has a header and no rows."


def _all_operations() -> set[str]:
    return {"CreateUser", *COLUMN_OPERATIONS.values()}


def column_label(column: str) -> str:
    return FIELD_LABELS.get(column) or {NAME: "Username", EMAIL: "Primary address"}.get(column, column)


def _split_groups(cell: str) -> list[str]:
    """Split a cell at `;` and `|` only, because group names may contain spaces and commas."""
    return [each.strip() for each in re.split(r"[;|\n]", cell) if each.strip()]


def _parse_email(cell: str) -> str:
    mentions = parse_addresses(cell)
    if len(mentions) > 1:
        raise InvalidCell("has more than one address")
    return mentions[0].text if mentions else cell
