"""Forms of mail domains."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from console.areas.domains.records import TEST_SUFFIX, is_test_domain
from console.ui.forms import OperationForm, ReasonForm

LABEL_PATTERN = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN_NAME = re.compile(rf"{LABEL_PATTERN}(\.{LABEL_PATTERN})+")


class RegisterDomainForm(OperationForm, ReasonForm):
    """The name of a domain; capitals, spaces around it and a final dot are removed."""

    operation = "RegisterMailDomain"
    members = ("DomainName",)
    labels = {"DomainName": "Domain"}
    help_texts = {
        "DomainName": "Such as example.com or mail.example.com. Names with other letters than a to z in their"
        " technical form: xn--…"
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["DomainName"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "inputmode": "url",
        }
        self.order_fields(["DomainName", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "DomainName" in cleaned:
            cleaned["DomainName"] = self._named(str(cleaned["DomainName"]).lower().rstrip("."))
        return cleaned

    def _named(self, name: str) -> str:
        if not DOMAIN_NAME.fullmatch(name):
            self.add_error("DomainName", "Write the name of a domain: words and dots, such as example.com.")
        elif is_test_domain(name):
            self.add_error("DomainName", f"Names that end in {TEST_SUFFIX} are WorkMail's own.")
        return name


class InboundDmarcForm(OperationForm, ReasonForm):
    operation = "PutInboundDmarcSettings"
    members = ("Enforced",)
    labels = {"Enforced": "Apply the DMARC policy of the sender's domain to incoming mail"}
    field_order = ("Enforced", "reason", "ticket")


class MoveAddressesForm(ReasonForm):
    target = forms.ChoiceField(label="To", help_text="The name before the @ stays.")
    keep_aliases = forms.BooleanField(
        label="Give the aliases their like there, too",
        help_text="Otherwise they are just removed.",
        required=False,
        initial=True,
    )
    field_order = ("target", "keep_aliases", "reason", "ticket")

    def __init__(self, *args: Any, targets: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, name) for name in targets]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
