"""A new person: name, password, and at once a mailbox if she is to have one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from console.areas.directory.forms.addresses import require_domain
from console.areas.users.forms.passwords import GENERATED, NONE, TYPED, PasswordChoice
from console.areas.users.showing import role
from console.ui.forms import OperationForm, WhyForm
from console.ui.once import OnceField
from console.ui.shapes import field_of, shape_of

LABELS = {
    "Name": "Username",
    "DisplayName": "Display name",
    "FirstName": "First name",
    "LastName": "Last name",
    "HiddenFromGlobalAddressList": "Hide from the address book",
}


class CreateForm(OperationForm, PasswordChoice, WhyForm):
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
    once = OnceField()

    def __init__(self, *args: Any, domains: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        self.fields["Role"] = forms.ChoiceField(
            choices=[(each, role(each)) for each in ("USER", "REMOTE_USER")],
            help_text="A remote user is in the address book and has no mailbox.",
        )
        if domains:
            shape = shape_of("RegisterToWorkMail", "Email")
            help_text = f"Empty: username@{domains[0]}."
            self.fields["Email"] = field_of(
                shape, required=False, label="Primary address", help_text=help_text
            )
        else:
            del self.fields["enable"]
        self.order_fields([*self.members, "how", "Password", "enable", "Email", "reason", "ticket"])

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
