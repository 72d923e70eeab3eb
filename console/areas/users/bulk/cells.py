"""What of a person many edits and files may change: as a cell, as AWS's value, and what is wrong with it."""

import math
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from console.areas.users.forms.profile import GIVEN, READ_AS, ProfileForm
from console.areas.users.forms.quota import LARGEST
from console.areas.users.showing import ROLES
from console.aws import model
from console.mirror.models import Entity
from console.ui.cells import normalize
from console.ui.csv_text import format_value
from console.ui.form_fields import PATTERN_MESSAGES, get_shape

ROLE, HIDDEN, QUOTA = "Role", "HiddenFromGlobalAddressList", "MailboxQuota"
# Who somebody is to IAM Identity Center is no matter of many at once.
MEMBERS = tuple(member for member in ProfileForm.members if member != "IdentityProviderUserId")
COLUMNS = (*MEMBERS, QUOTA)
LABELS = {**{member: ProfileForm.labels[member] for member in MEMBERS}, QUOTA: "Mailbox quota (MB)"}
KEPT = frozenset({"DisplayName", ROLE, HIDDEN, QUOTA})  # cannot be empty [inferred]
CLEARABLE = tuple(member for member in MEMBERS if member not in KEPT)
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
UNITS = {"b": 1 / 1024**2, "k": 1 / 1024, "m": 1, "g": 1024, "t": 1024**2}  # in MB
SIZE = re.compile(
    r"(?P<number>\d[\d.,'\u2019 \u00a0\u202f]*)\s*(?P<unit>[kmgt]?i?[bo]?)(?:ytes|ctets)?\s*"
    r"(?:\((?P<bytes>\d[\d., ]*)\s*bytes\))?",
    re.IGNORECASE,
)
READ = tuple((member, READ_AS.get(member, member)) for member in MEMBERS)


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
    return value if isinstance(value, str) else format_value(value)


def same(cell: str, value: Any) -> bool:
    """Whether the cell still shows the value, whatever a spreadsheet did to it.

    It may have made other line ends and blanks, and a number of a postal code: 2115 is left of 02115.
    """
    shown = normalize(written(value))
    return normalize(cell) == shown or (
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
    require_fits(get_shape("UpdateUser", member), text)
    return text


def require_fits(shape: Shape, text: str) -> None:
    """Raise `Wrong` for what the service model does not take."""
    for problem in model.find_problems(shape, text):
        raise Wrong((problem.code == "pattern" and PATTERN_MESSAGES.get(shape.name)) or problem.message)


def _truth(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise Wrong(f"is yes or no, not “{text}”")
    return word in YES


def _quota(text: str) -> int:
    """Return MB of a whole number, or of a size with its unit, as Exchange and Google write it."""
    match = SIZE.fullmatch(text)
    size = None if match is None else _megabytes(match)
    if size is None or not 1 <= size <= LARGEST or size != int(size):
        raise Wrong(
            f"is a whole number of MB between 1 and {LARGEST:,}, or a size such as 25 GB, not “{text}”"
        )
    return int(size)


def _megabytes(match: re.Match[str]) -> float | None:
    if match["bytes"]:
        return math.ceil(int(re.sub(r"\D", "", match["bytes"])) * UNITS["b"])
    unit = match["unit"].lower()[:1]
    number = _number(re.sub(r"[\s'\u2019]", "", match["number"]), is_whole=unit in ("", "m", "k", "b"))
    return None if number is None else number * UNITS["b" if unit == "o" else unit or "m"]


def _number(text: str, *, is_whole: bool) -> float | None:
    """Return the number, or `None` if a mark in it may part thousands as well as decimals."""
    parts = re.split(r"[.,]", text)
    if not all(parts):
        return None
    if len(parts) > 1 and all(len(each) == 3 for each in parts[1:]):
        return float("".join(parts)) if is_whole or len(parts) > 2 else None
    return float(".".join(parts)) if len(parts) <= 2 else None


def _role(text: str) -> str:
    by_label = {label.casefold(): role for role, label in ROLES.items()}
    role = by_label.get(text.casefold(), text.upper())
    if role not in GIVEN:
        raise Wrong(f"is {' or '.join(GIVEN)}, not “{text}”")
    return role
