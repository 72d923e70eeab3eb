"""A file of new people: each row a chain of steps, from the account to its groups; rows that will not do."""

from collections.abc import Iterator
from typing import Any

from console.areas.directory import scope
from console.areas.directory.scope import usable_domains
from console.areas.users.bulk import cells, finding
from console.areas.users.bulk.cells import LABELS, MEMBERS, QUOTA, ROLE, Wrong
from console.areas.users.bulk.importing import Fault, Plan, notes, who
from console.aws import model
from console.changes.plans import GENERATED, From, Planned
from console.mirror.models import Alias, Entity, Organization
from console.operators import policy
from console.operators.actors import Actor
from console.ui.shapes import shape_of
from console.ui.sheets import Line, Sheet, known_as

SEVERAL = ";"
NAME, EMAIL, GROUPS, ALIASES = "Name", "Email", "Groups", "Aliases"
FIRST = tuple(member for member in MEMBERS if member in model.input_members("CreateUser"))
LATER = tuple(member for member in MEMBERS if member not in FIRST)
COLUMNS = (NAME, *FIRST, EMAIL, GROUPS, QUOTA, ALIASES, *LATER)
NAMES = known_as(COLUMNS, {**LABELS, NAME: "Username", EMAIL: "Primary address"})
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

    def __init__(self, actor: Actor, organization: Organization, sheet: Sheet) -> None:
        self.sheet = sheet
        self.whole = {
            operation: policy.reaches_all(actor, operation, organization) for operation in _operations()
        }
        self.own = frozenset(policy.narrowed_to(actor, "CreateUser", organization))
        self.domains = frozenset(usable_domains(actor, "RegisterToWorkMail", organization))
        self.groups = self._groups(actor, organization)
        self.taken = self._taken(actor, organization)
        self.used: dict[str, int] = {}

    def plan(self) -> Plan:
        made = Plan(rows=len(self.sheet.lines), notes=notes(self.sheet))
        for line in self.sheet.lines:
            faults: list[Fault] = []
            values = self._values(line, faults)
            faults += [Fault(line.number, who(line), column, said) for column, said in self._unfit(line)]
            if faults:
                made.faults += faults
            else:
                made.steps += self._steps(line.number, values, len(made.steps))
                self.used |= dict.fromkeys(self._names(line), line.number)
        return made

    def _values(self, line: Line, faults: list[Fault]) -> dict[str, Any]:
        """What the cells ask for; empty ones ask for nothing."""
        found: dict[str, Any] = {}
        for column in COLUMNS:
            cell = line.cells.get(column, "").strip()
            try:
                if cell or column in (NAME, "DisplayName"):
                    found[column] = self._value(column, cell)
            except Wrong as wrong:
                faults.append(Fault(line.number, who(line), column, f"{_label(column)} {wrong}."))
        return found

    def _value(self, column: str, cell: str) -> Any:
        if column in LABELS:
            return cells.parsed(column, cell)
        if column == GROUPS:
            return [self._group(each) for each in _several(cell)]
        if column == ALIASES:
            return [self._address("CreateAlias", "Alias", each) for each in _several(cell)]
        if column == EMAIL:
            return self._address("RegisterToWorkMail", "Email", cell)
        if not cell:
            raise Wrong("cannot be empty")
        cells.require_fits(shape_of("CreateUser", NAME), cell)
        return cell

    def _group(self, name: str) -> str:
        group = self.groups.get(name.lower())
        if group is None:
            raise Wrong(f"names {name}, and no group here is called that")
        return group.entity_id

    def _address(self, operation: str, member: str, address: str) -> str:
        cells.require_fits(shape_of(operation, member), address)
        domain = address.rpartition("@")[2].lower()
        if domain not in self.domains:
            raise Wrong(f"is on {domain}, which is none of the domains on which you may give addresses")
        return address

    def _unfit(self, line: Line) -> Iterator[tuple[str, str]]:
        filled = [column for column in COLUMNS if line.cells.get(column, "").strip()]
        if line.more:
            yield "", f"The row has {line.more} cells more than the header names."
        for column in filled:
            if column in NEEDS and not self.whole[NEEDS[column]]:
                yield column, f"Your rights do not let you give somebody new a value for {_label(column)}."
        if not self.whole["CreateUser"] and not self._is_own(line):
            yield NAME, f"Your rights cover usernames like name@{min(self.own)} alone."
        if EMAIL not in filled:
            for column in {GROUPS, QUOTA, ALIASES}.intersection(filled):
                yield column, f"{_label(column)} needs a mailbox: give a primary address, too."
        for name in self._names(line):
            if name in self.taken:
                yield NAME if "@" not in name else EMAIL, f"{name} is taken already."
            elif name in self.used:
                yield NAME if "@" not in name else EMAIL, f"{name} stands in row {self.used[name]} already."

    def _is_own(self, line: Line) -> bool:
        return line.cells.get(NAME, "").strip().rpartition("@")[2].lower() in self.own

    def _names(self, line: Line) -> list[str]:
        """The username and the addresses, none of which anybody else may have."""
        cells_ = [line.cells.get(NAME, ""), line.cells.get(EMAIL, ""), *_several(line.cells.get(ALIASES, ""))]
        return [each.strip().lower() for each in cells_ if each.strip()]

    def _steps(self, row: int, values: dict[str, Any], base: int) -> Iterator[Planned]:
        """`base` is where the first of them will stand among all steps of the change."""
        name, made, email = values[NAME], From(base, "UserId"), values.get(EMAIL, "")
        first = {member: values[member] for member in (NAME, *FIRST) if member in values}
        if values.get(ROLE, "USER") == "USER":
            first["Password"] = GENERATED
        yield Planned("CreateUser", first, label=f"Create {name}", row=row)
        if email:
            given = {"EntityId": made, "Email": email}
            yield Planned("RegisterToWorkMail", given, label=f"Enable {name} as {email}", needs=base, row=row)
        if later := {member: values[member] for member in LATER if values.get(member)}:
            yield Planned(
                "UpdateUser", {"UserId": made, **later}, label=f"Record of {name}", needs=base, row=row
            )
        for operation, params, label in self._more(values, made, name):
            yield Planned(operation, params, label=label, needs=base + 1, row=row)

    def _more(
        self, values: dict[str, Any], made: From, name: str
    ) -> Iterator[tuple[str, dict[str, Any], str]]:
        """What only somebody enabled can have."""
        for group in values.get(GROUPS, []):
            yield "AssociateMemberToGroup", {"GroupId": group, "MemberId": made}, f"{name} joins the group"
        for alias in values.get(ALIASES, []):
            yield "CreateAlias", {"EntityId": made, "Alias": alias}, f"{alias} for {name}"
        if QUOTA in values:
            yield "UpdateMailboxQuota", {"UserId": made, QUOTA: values[QUOTA]}, f"Quota of {name}"

    def _groups(self, actor: Actor, organization: Organization) -> dict[str, Entity]:
        """The groups that the file names, among those into which the operator may put somebody."""
        asked = {each for line in self.sheet.lines for each in _several(line.cells.get(GROUPS, ""))}
        groups = policy.visible(actor, "AssociateMemberToGroup", organization).filter(
            kind=Entity.Kind.GROUP, state=Entity.State.ENABLED
        )
        return dict(finding.words(groups, organization, sorted(asked)))

    def _taken(self, actor: Actor, organization: Organization) -> set[str]:
        """Names and addresses of those whom the operator may see; WorkMail itself knows of the others."""
        names = [name for line in self.sheet.lines for name in self._names(line)]
        seen = scope.entities(actor, "DescribeUser", organization).exclude(state=Entity.State.DELETED)
        addresses = [name for name in names if "@" in name]
        usernames = [line.cells.get(NAME, "").strip() for line in self.sheet.lines]
        known = finding.known(seen, names=usernames, addresses=addresses)
        aliases = (
            Alias.objects.filter(organization=organization, address__in=part, entity__in=seen.values("pk"))
            for part in finding.parts(addresses)
        )
        given = {address for found in aliases for address in found.values_list("address", flat=True)}
        return given | known.names.keys() | known.addresses.keys()


def unusable(sheet: Sheet) -> str:
    """Why no row of the file can be used, if so."""
    missing = [column for column in (NAME, "DisplayName") if column not in sheet.columns]
    if missing:
        return f"The first row has to name the columns, and {' and '.join(missing)} must be among them."
    return "" if sheet.lines else "There is a header and no row below it."


def _operations() -> set[str]:
    return {"CreateUser", *NEEDS.values()}


def _label(column: str) -> str:
    return LABELS.get(column) or {NAME: "Username", EMAIL: "Primary address"}.get(column, column)


def _several(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(SEVERAL) if each.strip()]
