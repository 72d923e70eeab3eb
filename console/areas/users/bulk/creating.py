"""A file of new people: each row a chain of steps, from the account to its groups; rows that will not do."""

import re
from collections.abc import Iterator
from typing import Any

from console.actor import Actor
from console.areas.directory import scope
from console.areas.directory.scope import usable_domains
from console.areas.users.bulk import cells
from console.areas.users.bulk.cells import LABELS, MEMBERS, QUOTA, ROLE, Wrong
from console.areas.users.bulk.columns import ALIASES, EMAIL, GROUPS, NAME, with_synonyms
from console.areas.users.bulk.importing import Fault, Plan, begin, require_sound, who
from console.aws import model
from console.changes.steps import GENERATED, FromStep, PlannedStep
from console.mirror import lookup
from console.mirror.models import Alias, Entity, Organization
from console.operators import policy
from console.plurals import number_of
from console.ui.address_list import parse_addresses
from console.ui.form_fields import get_shape
from console.ui.uploaded_table import UploadedRow, UploadedTable, column_names

FIRST = tuple(member for member in MEMBERS if member in model.input_members("CreateUser"))
LATER = tuple(member for member in MEMBERS if member not in FIRST)
COLUMNS = (NAME, *FIRST, EMAIL, GROUPS, QUOTA, ALIASES, *LATER)
NAMES = with_synonyms(column_names(COLUMNS, {**LABELS, NAME: "Username", EMAIL: "Primary address"}), COLUMNS)
# What a column asks for, beyond the account itself.
NEEDS = {
    EMAIL: "RegisterToWorkMail",
    GROUPS: "AssociateMemberToGroup",
    QUOTA: "UpdateMailboxQuota",
    ALIASES: "CreateAlias",
    **dict.fromkeys(LATER, "UpdateUser"),
}


class Creation:
    """One file against what `actor` may do, the mirror asked once for all rows."""

    def __init__(self, actor: Actor, organization: Organization, sheet: UploadedTable) -> None:
        self.sheet = sheet
        self.whole = {
            operation: policy.covers_organization(actor, operation, organization)
            for operation in _operations()
        }
        self.own = frozenset(policy.granted_domains(actor, "CreateUser", organization))
        self.domains = frozenset(usable_domains(actor, "RegisterToWorkMail", organization))
        self.groups = self._groups(actor, organization)
        self.taken = self._taken(actor, organization)
        self.used: dict[str, int] = {}
        self.half_made = self._half_made(actor, organization)

    def plan(self) -> Plan:
        made = begin(self.sheet)
        for line in self.sheet.lines:
            faults: list[Fault] = []
            values = self._values(line, faults)
            faults += [Fault(line.number, who(line), column, said) for column, said in self._unfit(line)]
            if faults:
                made.faults += faults
            else:
                made.steps += self._steps(line.number, values, len(made.steps))
                if self._existing(line):
                    made.notes.append(
                        f"Row {line.number}: {values[NAME]} exists without a mailbox and is completed."
                    )
                self.used |= {name: line.number for _, name in self._names(line)}
        return made

    def _values(self, line: UploadedRow, faults: list[Fault]) -> dict[str, Any]:
        """What the cells ask for; empty ones ask for nothing."""
        found: dict[str, Any] = {}
        for column in COLUMNS:
            cell = line.cells.get(column, "")
            try:
                require_sound(line, column, self.sheet)
                if cell or column in (NAME, "DisplayName"):
                    found[column] = self._value(column, cell)
            except Wrong as wrong:
                faults.append(Fault(line.number, who(line), column, f"{label(column)} {wrong}."))
        return found

    def _value(self, column: str, cell: str) -> Any:
        if column in LABELS:
            return cells.parsed(column, cell)
        if column == GROUPS:
            return [self._group(each) for each in _groups(cell)]
        if column == ALIASES:
            return [self._address("CreateAlias", "Alias", each.text) for each in parse_addresses(cell)]
        if column == EMAIL:
            return self._address("RegisterToWorkMail", "Email", _email(cell))
        if not cell:
            raise Wrong("cannot be empty")
        if " " in cell:
            raise Wrong("takes letters, digits, dots, hyphens and underscores; no blanks")
        cells.require_fits(get_shape("CreateUser", NAME), cell)
        return cell

    def _group(self, name: str) -> str:
        group = self.groups.one.get(name.lower())
        if offered := self.groups.offered.get(name.lower()):
            meant = " or ".join(each.email or each.name for each in offered[:3])
            raise Wrong(f"names {name}, which can mean {meant}; enter the email address")
        if group is None:
            raise Wrong(f"names {name}, and no group has this name or address")
        return group.entity_id

    def _address(self, operation: str, member: str, address: str) -> str:
        cells.require_fits(get_shape(operation, member), address)
        domain = address.rpartition("@")[2].lower()
        if domain not in self.domains:
            raise Wrong(f"is in the domain {domain}, in which you cannot create addresses")
        return address

    def _unfit(self, line: UploadedRow) -> Iterator[tuple[str, str]]:
        filled = [column for column in COLUMNS if line.cells.get(column)]
        if line.more:
            yield "", f"The row has {number_of(line.more, 'cell')} more than the header names."
        for column in filled:
            if column in NEEDS and not self.whole[NEEDS[column]]:
                yield column, f"Your permissions do not let you set {label(column)} for a new user."
        if not self.whole["CreateUser"] and not self._is_own(line):
            yield NAME, f"Your permissions cover only usernames such as name@{min(self.own)}."
        if EMAIL not in filled:
            for column in {GROUPS, QUOTA, ALIASES}.intersection(filled):
                yield column, f"{label(column)} needs a mailbox: add a primary email address."
        yield from self._not_free(line)

    def _not_free(self, line: UploadedRow) -> Iterator[tuple[str, str]]:
        """Names and addresses that another user, row or cell has."""
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

    def _is_own(self, line: UploadedRow) -> bool:
        return line.cells.get(NAME, "").strip().rpartition("@")[2].lower() in self.own

    def _names(self, line: UploadedRow) -> list[tuple[str, str]]:
        """The username and the addresses, none of which another user may have, with their columns."""
        email = line.cells.get(EMAIL, "")
        addresses = [each.text for each in parse_addresses(email)] or [email]
        aliases = [each.text for each in parse_addresses(line.cells.get(ALIASES, ""))]
        found = [(NAME, line.cells.get(NAME, "")), *((EMAIL, each) for each in addresses)]
        return [
            (column, name.lower())
            for column, name in [*found, *((ALIASES, each) for each in aliases)]
            if name
        ]

    def _existing(self, line: UploadedRow) -> Entity | None:
        """Return the user of that username who was created earlier and has no mailbox yet."""
        found = self.half_made.get(line.cells.get(NAME, "").lower())
        is_same = found is not None and found.display_name == line.cells.get("DisplayName", "")
        return found if is_same and line.cells.get(EMAIL) else None

    def _steps(self, row: int, values: dict[str, Any], base: int) -> Iterator[PlannedStep]:
        """`base` is where the first of them will stand among all steps of the change."""
        if existing := self.half_made.get(values[NAME].lower()):
            yield from self._completing(row, values, existing, base)
            return
        name, made, email = values[NAME], FromStep(base, "UserId"), values.get(EMAIL, "")
        first = {member: values[member] for member in (NAME, *FIRST) if member in values}
        if values.get(ROLE, "USER") == "USER":
            first["Password"] = GENERATED
        yield PlannedStep("CreateUser", first, label=f"Create {name}", row=row)
        if email:
            given = {"EntityId": made, "Email": email}
            yield PlannedStep(
                "RegisterToWorkMail", given, label=f"Enable {name} as {email}", needs=base, row=row
            )
        if later := {member: values[member] for member in LATER if values.get(member)}:
            yield PlannedStep(
                "UpdateUser", {"UserId": made, **later}, label=f"Record of {name}", needs=base, row=row
            )
        for operation, params, label in self._more(values, made, name):
            yield PlannedStep(operation, params, label=label, needs=base + 1, row=row)

    def _completing(
        self, row: int, values: dict[str, Any], existing: Entity, base: int
    ) -> Iterator[PlannedStep]:
        """What a user still lacks who was created without a mailbox."""
        name, email, made = values[NAME], values[EMAIL], existing.entity_id
        given = {"EntityId": made, "Email": email}
        yield PlannedStep("RegisterToWorkMail", given, label=f"Enable {name} as {email}", row=row)
        now = cells.current(existing)
        record = {
            member: values[member] for member in MEMBERS if values.get(member) not in ("", None, now[member])
        }
        if record:
            yield PlannedStep("UpdateUser", {"UserId": made, **record}, label=f"Record of {name}", row=row)
        for operation, params, label in self._more(values, made, name):
            yield PlannedStep(operation, params, label=label, needs=base, row=row)

    def _more(
        self, values: dict[str, Any], made: FromStep | str, name: str
    ) -> Iterator[tuple[str, dict[str, Any], str]]:
        """What only somebody enabled can have."""
        for group in values.get(GROUPS, []):
            yield "AssociateMemberToGroup", {"GroupId": group, "MemberId": made}, f"{name} joins the group"
        for alias in values.get(ALIASES, []):
            yield "CreateAlias", {"EntityId": made, "Alias": alias}, f"{alias} for {name}"
        if QUOTA in values:
            yield "UpdateMailboxQuota", {"UserId": made, QUOTA: values[QUOTA]}, f"Quota of {name}"

    def _groups(self, actor: Actor, organization: Organization) -> lookup.ResolvedWords:
        """The groups that the file names, among those into which the operator may put somebody."""
        asked = {each for line in self.sheet.lines for each in _groups(line.cells.get(GROUPS, ""))}
        groups = policy.visible_entities(actor, "AssociateMemberToGroup", organization).filter(
            kind=Entity.Kind.GROUP, state=Entity.State.ENABLED
        )
        return lookup.resolve_words(groups, organization, sorted(asked))

    def _taken(self, actor: Actor, organization: Organization) -> set[str]:
        """Names and addresses of those whom the operator may see; WorkMail itself knows of the others."""
        names = [name for line in self.sheet.lines for _, name in self._names(line)]
        seen = scope.entities(actor, "DescribeUser", organization).exclude(state=Entity.State.DELETED)
        addresses = [name for name in names if "@" in name]
        usernames = [line.cells.get(NAME, "") for line in self.sheet.lines]
        known = lookup.index_entities(seen, names=usernames, addresses=addresses)
        aliases = (
            Alias.objects.filter(organization=organization, address__in=part, entity__in=seen.values("pk"))
            for part in lookup.split_batches(addresses)
        )
        given = {address for found in aliases for address in found.values_list("address", flat=True)}
        return given | known.names.keys() | known.addresses.keys()

    def _half_made(self, actor: Actor, organization: Organization) -> dict[str, Entity]:
        """Return the users of the file who exist, disabled and without an address, by their usernames."""
        usernames = [line.cells.get(NAME, "") for line in self.sheet.lines]
        seen = scope.entities(actor, "RegisterToWorkMail", organization)
        disabled = seen.filter(kind=Entity.Kind.USER, state=Entity.State.DISABLED, email="")
        return lookup.index_entities(disabled, names=usernames).names


def unusable(sheet: UploadedTable) -> str:
    """Why no row of the file can be used, if so."""
    missing = [column for column in (NAME, "DisplayName") if column not in sheet.columns]
    if missing and (sheet.lines or not sheet.columns):
        names = " and the ".join(label(each).lower() for each in missing)
        return f"No column has the {names}. Assign the columns below."
    return "" if sheet.lines or sheet.broken else "The file has a header and no rows."


def _operations() -> set[str]:
    return {"CreateUser", *NEEDS.values()}


def label(column: str) -> str:
    """Return the name of a column as pages show it."""
    return LABELS.get(column) or {NAME: "Username", EMAIL: "Primary address"}.get(column, column)


def _groups(cell: str) -> list[str]:
    """Return the groups of a cell: group names may hold blanks and commas, so only `;` and `|` separate."""
    return [each.strip() for each in re.split(r"[;|\n]", cell) if each.strip()]


def _email(cell: str) -> str:
    mentions = parse_addresses(cell)
    if len(mentions) > 1:
        raise Wrong("has more than one address")
    return mentions[0].text if mentions else cell
