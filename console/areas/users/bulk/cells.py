"""What of a person many edits and files may change: as a cell, as AWS's value, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from console.areas.users.forms.profile import GIVEN, READ_AS, ProfileForm
from console.areas.users.forms.quota import LARGEST
from console.areas.users.showing import ROLES
from console.aws import model
from console.mirror.models import Entity
from console.ui.csv import plain
from console.ui.shapes import WRITTEN, shape_of

ROLE, HIDDEN, QUOTA = "Role", "HiddenFromGlobalAddressList", "MailboxQuota"
# Who somebody is to IAM Identity Center is no matter of many at once.
MEMBERS = tuple(member for member in ProfileForm.members if member != "IdentityProviderUserId")
COLUMNS = (*MEMBERS, QUOTA)
LABELS = {**{member: ProfileForm.labels[member] for member in MEMBERS}, QUOTA: "Mailbox quota (MB)"}
KEPT = frozenset({"DisplayName", ROLE, HIDDEN, QUOTA})  # cannot be empty [inferred]
CLEARABLE = tuple(member for member in MEMBERS if member not in KEPT)
YES = frozenset({"yes", "true", "1"})
NO = frozenset({"no", "false", "0"})
READ = tuple((member, READ_AS.get(member, member)) for member in MEMBERS)
FIELDS = ("organization", "entity_id", "name", "email", "display_name", "state", "role", "domain", "kind")
NEEDED = (*FIELDS, "mailbox_quota", "details")  # the columns of an entity that `current` and its callers read


class Wrong(ValueError):
    """`str()` says what is wrong with a cell, as the end of a sentence that begins with its column."""


def current(person: Entity) -> dict[str, Any]:
    """What she has now, as far as the mirror knows; nothing is "", an unticked box is false."""
    told: Mapping[str, Any] = person.details or {
        "DisplayName": person.display_name,
        "UserRole": person.role,
    }
    found = {member: told.get(read) or "" for member, read in READ}
    found[HIDDEN] = bool(found[HIDDEN])
    found[QUOTA] = "" if person.mailbox_quota is None else person.mailbox_quota
    return found


def written(value: Any) -> str:
    """A value as the cell that shows it."""
    return value if isinstance(value, str) else plain(value)


def same(cell: str, value: Any) -> bool:
    """Whether the cell still shows the value, whatever a spreadsheet did to it.

    It may have made other line ends, and a number of a postal code: 2115 is what is left of 02115.
    """
    shown = written(value)
    if cell == shown:
        return True
    return _unified(cell) == _unified(shown) or (
        shown.startswith("0") and shown.isdecimal() and cell == shown.lstrip("0")
    )


def parsed(member: str, cell: str) -> Any:
    """What the cell asks for, as AWS takes it; `Wrong` if that cannot be."""
    text = cell.strip()
    if not text and member in KEPT:
        raise Wrong("cannot be empty: write a value or leave it as it was")
    if member == HIDDEN:
        return _truth(text)
    if member == QUOTA:
        return _quota(text)
    if member == ROLE and text:
        return _role(text)
    require_fits(shape_of("UpdateUser", member), text)
    return text


def require_fits(shape: Shape, text: str) -> None:
    """Raise `Wrong` for what the service model does not take."""
    for problem in model.problems(shape, text):
        raise Wrong((problem.code == "pattern" and WRITTEN.get(shape.name)) or problem.message)


def _truth(text: str) -> bool:
    if text.casefold() not in YES | NO:
        raise Wrong(f"is yes or no, not “{text}”")
    return text.casefold() in YES


def _quota(text: str) -> int:
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:9]) <= LARGEST and len(digits) < 9):
        raise Wrong(f"is a whole number of MB between 1 and {LARGEST:,}, not “{text}”")
    return int(digits)


def _role(text: str) -> str:
    by_label = {label.casefold(): role for role, label in ROLES.items()}
    role = by_label.get(text.casefold(), text.upper())
    if role not in GIVEN:
        raise Wrong(f"is {' or '.join(GIVEN)}, not “{text}”")
    return role


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
