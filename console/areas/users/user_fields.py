"""User fields that bulk edits and CSV files can change: labels, parsing and formatting."""

import math
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from console.areas.users.display import ROLE_LABELS
from console.areas.users.forms import ASSIGNABLE_ROLES, MAX_QUOTA_MB, READ_NAMES, ProfileForm
from console.aws import model
from console.mirror.models import Entity
from console.ui.cells import normalize
from console.ui.csv_text import format_value
from console.ui.form_fields import PATTERN_MESSAGES, get_shape

ROLE, HIDDEN, QUOTA = "Role", "HiddenFromGlobalAddressList", "MailboxQuota"
# Who somebody is to IAM Identity Center is no matter of many at once.
EDITABLE_MEMBERS = tuple(member for member in ProfileForm.members if member != "IdentityProviderUserId")
EDITABLE_COLUMNS = (*EDITABLE_MEMBERS, QUOTA)
FIELD_LABELS = {
    **{member: ProfileForm.labels[member] for member in EDITABLE_MEMBERS},
    QUOTA: "Mailbox quota (MB)",
}
REQUIRED_FIELDS = frozenset({"DisplayName", ROLE, HIDDEN, QUOTA})  # cannot be empty [inferred]
CLEARABLE_FIELDS = tuple(member for member in EDITABLE_MEMBERS if member not in REQUIRED_FIELDS)
# In the languages in which spreadsheets and directories write them.
YES_WORDS = """
    yes y true t 1 x ✓ ✔ on ja j wahr oui o vrai sí si s verdadero sim verdadeiro sì vero waar igen igaz tak
    prawda ano pravda áno evet doğru kyllä tosi sand sant да истина はい 是 예
"""
NO_WORDS = """
    no n false f 0 off nein falsch non faux falso não nee onwaar nem hamis nie fałsz ne nepravda hayır yanlış
    ei epätosi nej falsk usand usant нет ложь いいえ 否 아니오
"""  # noqa: RUF001 - Turkish has a dotless i
YES, NO = frozenset(YES_WORDS.split()), frozenset(NO_WORDS.split())
SIZE_UNITS = {"b": 1 / 1024**2, "k": 1 / 1024, "m": 1, "g": 1024, "t": 1024**2}  # in MB
SIZE_PATTERN = re.compile(
    r"(?P<number>\d[\d.,'\u2019 \u00a0\u202f]*)\s*(?P<unit>[kmgt]?i?[bo]?)(?:ytes|ctets)?\s*"
    r"(?:\((?P<bytes>\d[\d., ]*)\s*bytes\))?",
    re.IGNORECASE,
)
READ_MEMBERS = tuple((member, READ_NAMES.get(member, member)) for member in EDITABLE_MEMBERS)


class InvalidCell(ValueError):
    """A cell has an invalid value; the message continues a sentence that begins with the column."""


def get_current_values(user: Entity) -> dict[str, Any]:
    """Return the values in the mirror; an unset value is "", a cleared checkbox false."""
    details: Mapping[str, Any] = user.details or {
        "DisplayName": user.display_name,
        "UserRole": user.role,
    }
    values = {member: details.get(read) or "" for member, read in READ_MEMBERS}
    values[HIDDEN] = bool(values[HIDDEN])
    values[QUOTA] = "" if user.mailbox_quota is None else user.mailbox_quota
    return values


def format_cell(value: Any) -> str:
    return value if isinstance(value, str) else format_value(value)


def is_same_value(cell: str, value: Any) -> bool:
    """Return whether the cell still has the value.

    Differences that spreadsheets make are ignored: line ends, spaces, and lost zeros (2115 for 02115).
    """
    cell_now = normalize(format_cell(value))
    return normalize(cell) == cell_now or (
        cell_now.startswith("0") and cell_now.isdecimal() and cell == cell_now.lstrip("0")
    )


def parse_cell(member: str, cell: str) -> Any:
    """Return the value of the cell as AWS takes it, or raise `InvalidCell`."""
    text = cell.strip()
    if not text and member in REQUIRED_FIELDS:
        raise InvalidCell("cannot be empty: write a value or leave it as it was")
    if member == HIDDEN:
        return _parse_boolean(text)
    if member == QUOTA:
        return _parse_quota(text)
    if member == ROLE and text:
        return _parse_role(text)
    require_valid_for_model(get_shape("UpdateUser", member), text)
    return text


def require_valid_for_model(shape: Shape, text: str) -> None:
    """Raise `InvalidCell` for a value that the service model refuses."""
    for problem in model.find_problems(shape, text):
        raise InvalidCell((problem.code == "pattern" and PATTERN_MESSAGES.get(shape.name)) or problem.message)


def _parse_boolean(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise InvalidCell(f"is yes or no, not “{text}”")
    return word in YES


def _parse_quota(text: str) -> int:
    """Return the MB of a whole number, or of a size with its unit as Exchange and Google write it."""
    match = SIZE_PATTERN.fullmatch(text)
    size = None if match is None else _parse_megabytes(match)
    if size is None or not 1 <= size <= MAX_QUOTA_MB or size != int(size):
        raise InvalidCell(
            f"is a whole number of MB between 1 and {MAX_QUOTA_MB:,}, or a size such as 25 GB, not “{text}”"
        )
    return int(size)


def _parse_megabytes(match: re.Match[str]) -> float | None:
    if match["bytes"]:
        return math.ceil(int(re.sub(r"\D", "", match["bytes"])) * SIZE_UNITS["b"])
    unit = match["unit"].lower()[:1]
    number = _parse_number(re.sub(r"[\s'\u2019]", "", match["number"]), is_whole=unit in ("", "m", "k", "b"))
    return None if number is None else number * SIZE_UNITS["b" if unit == "o" else unit or "m"]


def _parse_number(text: str, *, is_whole: bool) -> float | None:
    """Return the number, or `None` if a separator can be for thousands as well as for decimals."""
    parts = re.split(r"[.,]", text)
    if not all(parts):
        return None
    if len(parts) > 1 and all(len(each) == 3 for each in parts[1:]):
        return float("".join(parts)) if is_whole or len(parts) > 2 else None
    return float(".".join(parts)) if len(parts) <= 2 else None


def _parse_role(text: str) -> str:
    by_label = {label.casefold(): role for role, label in ROLE_LABELS.items()}
    role = by_label.get(text.casefold(), text.upper())
    if role not in ASSIGNABLE_ROLES:
        raise InvalidCell(f"is {' or '.join(ASSIGNABLE_ROLES)}, not “{text}”")
    return role
