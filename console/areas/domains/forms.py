"""Forms of mail domains."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from console.areas.domains.records import TEST_SUFFIX, is_test_domain
from console.mirror.models import Domain
from console.ui.forms import OperationForm, ReasonForm
from console.web.operation_forms import ConfirmWriteForm, WriteForm

LABEL_PATTERN = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DEREGISTER_CONSEQUENCES = (
    "Nobody can have an address on the domain any more, and WorkMail takes no mail for it.",
    "Amazon SES keeps the domain as an identity; remove it there if it is not needed.",
    "The records in DNS stay until somebody removes them: take the MX record away, or mail gets lost.",
)
SYNC_INCOMPLETE = (
    "The console is still reading the directory: somebody may have an address here that it does not know of."
    " WorkMail refuses then."
)
DOMAIN_NAME = re.compile(rf"{LABEL_PATTERN}(\.{LABEL_PATTERN})+")


class RegisterDomainForm(OperationForm, WriteForm):
    """The name of a domain; capitals, spaces around it and a final dot are removed."""

    operation = "RegisterMailDomain"
    submit = "Register"
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

    @property
    def name(self) -> str:
        return str(self.cleaned_data["DomainName"])

    @property
    def title(self) -> str:
        return "Register a domain"

    def params(self) -> dict[str, Any]:
        return {"DomainName": self.name}

    def success(self) -> str:
        return f"{self.name} is registered. Publish its records; AWS then verifies it by itself."

    def _named(self, name: str) -> str:
        if not DOMAIN_NAME.fullmatch(name):
            self.add_error("DomainName", "Write the name of a domain: words and dots, such as example.com.")
        elif is_test_domain(name):
            self.add_error("DomainName", f"Names that end in {TEST_SUFFIX} are WorkMail's own.")
        return name


class DomainConfirmForm(ConfirmWriteForm):
    """A confirmation of an operation on a domain."""

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain = domain

    def params(self) -> dict[str, Any]:
        return {"DomainName": self.domain.name}


class DefaultDomainForm(DomainConfirmForm):
    operation = "UpdateDefaultMailDomain"
    submit = "Make default"
    is_dangerous = False
    consequences = (
        "New people, groups and rooms are suggested an address on it.",
        "The addresses that exist stay as they are.",
    )

    @property
    def title(self) -> str:
        return f"Make {self.domain} the default domain"

    def success(self) -> str:
        return f"{self.domain} is the default domain."


class DeregisterDomainForm(DomainConfirmForm):
    operation = "DeregisterMailDomain"
    submit = "Deregister"

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, domain=domain, expected=domain.name, **kwargs)
        unread = () if domain.organization.detailed_at else (SYNC_INCOMPLETE,)
        self.consequences = (*unread, *DEREGISTER_CONSEQUENCES)

    @property
    def title(self) -> str:
        return f"Deregister {self.domain}"

    def success(self) -> str:
        return f"{self.domain} is deregistered."


class InboundDmarcForm(OperationForm, WriteForm):
    operation = "PutInboundDmarcSettings"
    members = ("Enforced",)
    labels = {"Enforced": "Apply the DMARC policy of the sender's domain to incoming mail"}
    field_order = ("Enforced", "reason", "ticket")

    @property
    def title(self) -> str:
        return "Inbound DMARC"

    def params(self) -> dict[str, Any]:
        return {"Enforced": bool(self.cleaned_data["Enforced"])}

    def success(self) -> str:
        adverb = "now" if self.cleaned_data["Enforced"] else "no longer"
        return f"WorkMail {adverb} applies the DMARC policies of senders."

    def expected_values(self) -> Mapping[str, Any]:
        return {"Enforced": self.current["Enforced"]}


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
