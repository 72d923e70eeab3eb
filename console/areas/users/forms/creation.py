"""A new person: name, password, and at once a mailbox if she is to have one."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from console.areas.directory.forms.addresses import require_domain
from console.areas.directory.forms.naming import GroupsField, split
from console.areas.users.forms.passwords import GENERATED, NONE, TYPED, PasswordChoice
from console.areas.users.forms.profile import MEMBERS
from console.areas.users.forms.quota import LARGEST
from console.areas.users.joining import Newcomer
from console.areas.users.showing import role
from console.mirror.models import EntityQuerySet
from console.ui.form_fields import build_field, fields_from_model, get_shape
from console.ui.forms import OperationForm, ReasonForm

LABELS = {
    "Name": "Username",
    "DisplayName": "Display name",
    "FirstName": "First name",
    "LastName": "Last name",
    "HiddenFromGlobalAddressList": "Hide from the address book",
}
PROFILE = ("JobTitle", "Department", "Office", "Telephone")
GIVEN = ("groups", "aliases", "quota")
MEMBER_LABELS = {member: label for members in MEMBERS.values() for member, label in members.items()}
EMAIL = EmailValidator("Write each like name@example.com.")


class CreateForm(OperationForm, PasswordChoice, ReasonForm):
    """`domains` are those of addresses that may be given; without any, enabling is not offered."""

    operation = "CreateUser"
    members = ("DisplayName", "FirstName", "LastName", "Name", "Role", "HiddenFromGlobalAddressList")
    labels = LABELS
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
        """`groups` are those that may be joined; `more` are further operations that the operator may do."""
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        self.fields["Role"] = forms.ChoiceField(
            choices=[(each, role(each)) for each in ("USER", "REMOTE_USER")],
            help_text="A remote user is in the address book and has no mailbox.",
        )
        if domains:
            self._offer_mailbox(groups, more)
        else:
            del self.fields["enable"]
        self.profile = PROFILE if "UpdateUser" in more else ()
        self.fields |= fields_from_model("UpdateUser", self.profile, MEMBER_LABELS, {})
        self.order_fields(
            [*self.members, *self.profile, "how", "Password", "enable", "Email", *GIVEN, "reason", "ticket"]
        )

    def _offer_mailbox(self, groups: EntityQuerySet | None, more: Collection[str]) -> None:
        """What only somebody enabled can have."""
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
                label="Quota in MB", required=False, min_value=1, max_value=LARGEST
            )

    def clean_aliases(self) -> list[str]:
        found = split(self.cleaned_data["aliases"])
        for address in found:
            EMAIL(address)
            if address.rpartition("@")[2].lower() not in self.domains:
                raise ValidationError(f"{address} is on none of the domains here.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("how") == NONE and cleaned.get("Role") != "REMOTE_USER":
            self.add_error("how", ValidationError("A user with a mailbox needs a password."))
        if self.domains:
            require_domain(self, "Email", self.domains)
        return cleaned

    @property
    def address(self) -> str:
        """The address to enable the person with, "" if she is to stay disabled."""
        if not self.cleaned_data.get("enable"):
            return ""
        local = str(self.cleaned_data["Name"]).partition("@")[0]
        return str(self.cleaned_data["Email"] or f"{local}@{self.domains[0]}")

    def newcomer(self, password: str) -> Newcomer:
        """All that was asked for, with this password if any."""
        asked = self.cleaned_data
        return Newcomer(
            {**self.params(), **({"Password": password} if password else {})},
            self.address,
            asked.get("groups") or (),
            asked.get("aliases") or (),
            asked.get("quota"),
            {member: asked[member] for member in self.profile if asked.get(member)},
        )
