"""The record of a person, as somebody mends it while others may be at it too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from console.areas.users.showing import SECTIONS, role
from console.aws import model
from console.ui.forms import Difference, OperationForm, ReasonForm

# DescribeUser's name for a member of UpdateUser, where they differ.
READ_AS = {"Role": "UserRole"}
GIVEN = ("USER", "REMOTE_USER")  # the roles that WorkMail lets anybody give [documented]
WRITTEN_AS = {read: written for written, read in READ_AS.items()}


def _members() -> dict[str, dict[str, str]]:
    """The members of UpdateUser with their labels, under the headings that the person's page has, too."""
    known = model.input_members("UpdateUser").keys() - model.required_members("UpdateUser")
    named = {
        section: {WRITTEN_AS.get(member, member): label for member, label in members.items()}
        for section, members in SECTIONS.items()
    }
    kept = {
        section: {member: label for member, label in members.items() if member in known}
        for section, members in named.items()
    }
    return {section: members for section, members in kept.items() if members}


MEMBERS = _members()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that somebody else changed meanwhile; `typed` is `None` if this operator left it alone."""

    field: str
    label: str
    loaded: Any
    now: Any
    typed: Any


class ProfileForm(OperationForm, ReasonForm):
    """`described` is what DescribeUser shows now; `subject` is the person's id."""

    operation = "UpdateUser"
    members = tuple(member for members in MEMBERS.values() for member in members)
    labels = {member: label for members in MEMBERS.values() for member, label in members.items()}
    help_texts = {
        "IdentityProviderUserId": "Ties the person to a user of IAM Identity Center; empty unties.",
        "HiddenFromGlobalAddressList": "Mail still arrives, and so it does for whoever knows the address.",
    }

    def __init__(
        self, data: QueryDict | None = None, *, described: Mapping[str, Any], subject: str, **kwargs: Any
    ) -> None:
        current = {member: described.get(READ_AS.get(member, member)) for member in self.members}
        super().__init__(data, current=current, subject=subject, **kwargs)
        self.conflicts: list[Conflict] = []
        self.fields["DisplayName"].required = bool(current["DisplayName"])  # it cannot be cleared [inferred]
        self._offer_roles()
        self._take_theirs()

    @property
    def sections(self) -> Iterator[tuple[str, list[BoundField]]]:
        return ((section, [self[member] for member in members]) for section, members in MEMBERS.items())

    @property
    def expected(self) -> dict[str, Any]:
        """What the write is based on, by the names of the read that shows it."""
        return {READ_AS.get(member, member): value for member, value in self.current.items()}

    @property
    def theirs(self) -> str:
        """The fields of which two operators typed something different."""
        return " ".join(each.field for each in self.conflicts if each.typed is not None)

    def _offer_roles(self) -> None:
        own = self.current["Role"]
        offered = dict.fromkeys(([own] if own else []) + list(GIVEN))
        field: forms.ChoiceField = self.fields["Role"]  # type: ignore[assignment]  # the model has an enum
        field.choices = [(each, role(each)) for each in offered]

    def _take_theirs(self) -> None:
        """Of the fields that the page names, what somebody else typed wins."""
        for name in self.data.get("theirs", "").split():
            if name in self.members:
                self._put(name, self.current[name])

    def _compare(self, loaded: dict[str, Any] | None) -> None:
        try:
            super()._compare(loaded)
        finally:
            self.conflicts = [self._conflict(each) for each in self.differences]

    def _conflict(self, difference: Difference) -> Conflict:
        """What she left alone follows the others, so that saving again overwrites only what she means to."""
        typed = self.cleaned_data.get(difference.field, self.data.get(difference.field, ""))
        touched = (typed or "") != (difference.loaded or "")
        if not touched:
            self._put(difference.field, difference.now)
        return Conflict(
            difference.field,
            difference.label,
            difference.loaded,
            difference.now,
            (typed if typed is not None else "") if touched else None,
        )

    def _put(self, name: str, value: Any) -> None:
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # bound to a QueryDict
        data.setlist(name, ["on" if value is True else str(value)] if value else [])
        self.data = data
