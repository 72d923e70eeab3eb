"""Forms for creating and editing a user, for passwords and for mailbox quotas."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.forms import BoundField
from django.http import QueryDict

from console.areas.entities.forms import EntityWriteForm, GroupsField, require_domain, split_names
from console.areas.users import passwords
from console.areas.users.display import PROFILE_SECTIONS, role_label
from console.areas.users.plans import NewUser
from console.aws import model
from console.mirror.models import Entity, EntityQuerySet
from console.ui.form_fields import build_field, fields_from_model, get_shape
from console.ui.forms import Difference, OperationForm, ReasonForm, ReplaceForm

# DescribeUser's name for a member of UpdateUser, where they differ.
READ_NAMES = {"Role": "UserRole"}
ASSIGNABLE_ROLES = ("USER", "REMOTE_USER")  # the roles that WorkMail lets anybody give [documented]
WRITE_NAMES = {read: written for written, read in READ_NAMES.items()}


def _profile_members() -> dict[str, dict[str, str]]:
    """Return the members of UpdateUser with labels, in the sections of the detail page."""
    known = model.input_members("UpdateUser").keys() - model.required_members("UpdateUser")
    named = {
        section: {WRITE_NAMES.get(member, member): label for member, label in members.items()}
        for section, members in PROFILE_SECTIONS.items()
    }
    writable = {
        section: {member: label for member, label in members.items() if member in known}
        for section, members in named.items()
    }
    return {section: members for section, members in writable.items() if members}


PROFILE_MEMBERS = _profile_members()


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that another operator changed; `typed` is `None` if this operator did not edit it."""

    field: str
    label: str
    loaded: Any
    now: Any
    typed: Any


class ProfileForm(OperationForm, EntityWriteForm):
    """The profile; `described` is the current answer of DescribeUser."""

    operation = "UpdateUser"
    members = tuple(member for members in PROFILE_MEMBERS.values() for member in members)
    labels = {member: label for members in PROFILE_MEMBERS.values() for member, label in members.items()}
    help_texts = {
        "IdentityProviderUserId": "Ties the person to a user of IAM Identity Center; empty unties.",
        "HiddenFromGlobalAddressList": "Mail still arrives, and so it does for whoever knows the address.",
    }

    def __init__(
        self, data: QueryDict | None = None, *, entity: Entity, described: Mapping[str, Any], **kwargs: Any
    ) -> None:
        current = {member: described.get(READ_NAMES.get(member, member)) for member in self.members}
        super().__init__(data, entity=entity, current=current, subject=entity.entity_id, **kwargs)
        self.conflicts: list[FieldConflict] = []
        self.fields["DisplayName"].required = bool(current["DisplayName"])  # it cannot be cleared [inferred]
        self._offer_roles()
        self._apply_their_values()

    @property
    def sections(self) -> Iterator[tuple[str, list[BoundField]]]:
        return (
            (section, [self[member] for member in members]) for section, members in PROFILE_MEMBERS.items()
        )

    @property
    def title(self) -> str:
        return f"Mend the record of {self.entity}"

    def has_changes(self) -> bool:
        return bool(super().params())

    def params(self) -> dict[str, Any]:
        return {"UserId": self.entity.entity_id, **super().params()}

    def success(self) -> str:
        return f"The record of {self.entity} is changed."

    def expected_values(self) -> dict[str, Any]:
        """Return the values that the write is based on, by the names of DescribeUser."""
        return {READ_NAMES.get(member, member): value for member, value in self.current.items()}

    @property
    def theirs(self) -> str:
        """Return the fields that two operators changed differently."""
        return " ".join(each.field for each in self.conflicts if each.typed is not None)

    def _offer_roles(self) -> None:
        own = self.current["Role"]
        offered = dict.fromkeys(([own] if own else []) + list(ASSIGNABLE_ROLES))
        field: forms.ChoiceField = self.fields["Role"]  # type: ignore[assignment]  # the model has an enum
        field.choices = [(each, role_label(each)) for each in offered]

    def _apply_their_values(self) -> None:
        """Use the other operator's value for the fields listed in `theirs`."""
        for name in self.data.get("theirs", "").split():
            if name in self.members:
                self._put(name, self.current[name])

    def _compare(self, loaded: dict[str, Any] | None) -> None:
        try:
            super()._compare(loaded)
        finally:
            self.conflicts = [self._conflict(each) for each in self.differences]

    def _conflict(self, difference: Difference) -> FieldConflict:
        """Return the conflict; a field that was not edited takes the new value."""
        typed = self.cleaned_data.get(difference.field, self.data.get(difference.field, ""))
        touched = (typed or "") != (difference.loaded or "")
        if not touched:
            self._put(difference.field, difference.now)
        return FieldConflict(
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


MAX_QUOTA_MB = 51_200  # MB, which the model does not know [documented]


class QuotaForm(ReplaceForm, OperationForm, EntityWriteForm):
    operation = "UpdateMailboxQuota"
    submit = "Set the quota"
    members = ("MailboxQuota",)
    labels = {"MailboxQuota": "Quota in MB"}
    help_texts = {"MailboxQuota": f"1 to {MAX_QUOTA_MB:,} MB. WorkMail warns the owner at 90 %."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quota: forms.IntegerField = self.fields["MailboxQuota"]  # type: ignore[assignment]  # the model's integer
        quota.max_value = MAX_QUOTA_MB
        quota.widget.attrs["max"] = MAX_QUOTA_MB
        self.order_fields(["MailboxQuota", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("MailboxQuota") or 0) > MAX_QUOTA_MB:
            self.add_error("MailboxQuota", f"At most {MAX_QUOTA_MB:,} MB.")
        return cleaned

    @property
    def title(self) -> str:
        return f"How large the mailbox of {self.entity} may become"

    def params(self) -> dict[str, Any]:
        return {"UserId": self.entity.entity_id, "MailboxQuota": self.cleaned_data["MailboxQuota"]}

    def success(self) -> str:
        return f"The mailbox of {self.entity} may now hold {self.cleaned_data['MailboxQuota']:,} MB."


GENERATED, TYPED, NONE = "generated", "typed", "none"


class PasswordForm(forms.Form):
    """A generated or typed password; `password()` returns it."""

    choices: ClassVar[list[tuple[str, str]]] = [(GENERATED, "Generate a strong one"), (TYPED, "Type one")]

    how = forms.ChoiceField(label="New password", widget=forms.RadioSelect, initial=GENERATED)
    Password = forms.CharField(
        label="Typed password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
        help_text=(
            f"{passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} characters, of {passwords.MIN_CLASSES} kinds:"
            f" {', '.join(passwords.CHARACTER_CLASSES)}."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = self.choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("how") == TYPED and (
            problems := passwords.find_password_problems(cleaned.get("Password", ""))
        ):
            self.add_error("Password", ValidationError(problems))
        return cleaned

    def password(self) -> str:
        """Return the typed password, a new generated one at each call, or "" for none."""
        how = self.cleaned_data["how"]
        if how == NONE:
            return ""
        return str(self.cleaned_data["Password"]) if how == TYPED else passwords.generate_password()


class ResetPasswordForm(PasswordForm, EntityWriteForm):
    operation = "ResetPassword"
    field_order = ("how", "Password", "reason", "ticket")

    @property
    def title(self) -> str:
        return f"Reset the password of {self.entity}"

    @cached_property
    def new_password(self) -> str:
        """The password that is set, which is shown once."""
        return self.password()

    def params(self) -> dict[str, Any]:
        return {"UserId": self.entity.entity_id, "Password": self.new_password}


CREATE_LABELS = {
    "Name": "Username",
    "DisplayName": "Display name",
    "FirstName": "First name",
    "LastName": "Last name",
    "HiddenFromGlobalAddressList": "Hide from the address book",
}
CREATE_PROFILE_MEMBERS = ("JobTitle", "Department", "Office", "Telephone")
MAILBOX_FIELDS = ("groups", "aliases", "quota")
MEMBER_LABELS = {member: label for members in PROFILE_MEMBERS.values() for member, label in members.items()}
EMAIL_VALIDATOR = EmailValidator("Write each like name@example.com.")


class CreateUserForm(OperationForm, PasswordForm, ReasonForm):
    """A new user; enabling is offered only with `domains` on which addresses may be created."""

    operation = "CreateUser"
    members = ("DisplayName", "FirstName", "LastName", "Name", "Role", "HiddenFromGlobalAddressList")
    labels = CREATE_LABELS
    help_texts = {"Name": "Cannot be changed later. Letters, digits, dots, hyphens and underscores."}
    choices: ClassVar[list[tuple[str, str]]] = [
        (GENERATED, "Generate a strong one"),
        (TYPED, "Type one"),
        (NONE, "None: for a remote user only"),
    ]

    enable = forms.BooleanField(
        label="Enable now", required=False, initial=True, help_text="Makes the mailbox; billing starts."
    )

    def __init__(
        self,
        *args: Any,
        domains: Sequence[str],
        groups: EntityQuerySet | None,
        more: Collection[str],
        **kwargs: Any,
    ) -> None:
        """Take `groups` that can be joined and `more`, further operations that the operator may perform."""
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        self.fields["Role"] = forms.ChoiceField(
            choices=[(each, role_label(each)) for each in ("USER", "REMOTE_USER")],
            help_text="A remote user is in the address book and has no mailbox.",
        )
        if domains:
            self._add_mailbox_fields(groups, more)
        else:
            del self.fields["enable"]
        self.profile = CREATE_PROFILE_MEMBERS if "UpdateUser" in more else ()
        self.fields |= fields_from_model("UpdateUser", self.profile, MEMBER_LABELS, {})
        self.order_fields(
            [
                *self.members,
                *self.profile,
                "how",
                "Password",
                "enable",
                "Email",
                *MAILBOX_FIELDS,
                "reason",
                "ticket",
            ]
        )

    def _add_mailbox_fields(self, groups: EntityQuerySet | None, more: Collection[str]) -> None:
        """Add the fields that require an enabled user."""
        self.fields["Email"] = build_field(
            get_shape("RegisterToWorkMail", "Email"),
            required=False,
            label="Primary address",
            help_text=f"Empty: username@{self.domains[0]}.",
        )
        if groups is not None:
            self.fields["groups"] = GroupsField(groups=groups, label="Groups")
        if "CreateAlias" in more:
            self.fields["aliases"] = forms.CharField(
                label="Further addresses",
                required=False,
                help_text="One a line.",
                widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
            )
        if "UpdateMailboxQuota" in more:
            self.fields["quota"] = forms.IntegerField(
                label="Quota in MB", required=False, min_value=1, max_value=MAX_QUOTA_MB
            )

    def clean_aliases(self) -> list[str]:
        addresses = split_names(self.cleaned_data["aliases"])
        for address in addresses:
            EMAIL_VALIDATOR(address)
            if address.rpartition("@")[2].lower() not in self.domains:
                raise ValidationError(f"{address} is on none of the domains here.")
        return addresses

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("how") == NONE and cleaned.get("Role") != "REMOTE_USER":
            self.add_error("how", ValidationError("A user with a mailbox needs a password."))
        if self.domains:
            require_domain(self, "Email", self.domains)
        return cleaned

    @property
    def address(self) -> str:
        """Return the address to enable the user with, or "" to leave the user disabled."""
        if not self.cleaned_data.get("enable"):
            return ""
        local = str(self.cleaned_data["Name"]).partition("@")[0]
        return str(self.cleaned_data["Email"] or f"{local}@{self.domains[0]}")

    def newcomer(self, password: str) -> NewUser:
        """Return the values of the new user with this password."""
        values = self.cleaned_data
        return NewUser(
            {**self.params(), **({"Password": password} if password else {})},
            self.address,
            values.get("groups") or (),
            values.get("aliases") or (),
            values.get("quota"),
            {member: values[member] for member in self.profile if values.get(member)},
        )
