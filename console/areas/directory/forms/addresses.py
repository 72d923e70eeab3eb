"""Addresses that are given to an entity: on a verified domain, whole, as AWS takes them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from console.ui.forms import OperationForm, ReasonForm


class AddressForm(OperationForm, ReasonForm):
    """`domains` are those on which the operator may give out addresses, the suggested one first."""

    member: ClassVar[str]

    def __init__(self, *args: Any, domains: Sequence[str], local: str = "", **kwargs: Any) -> None:
        self.domains = list(domains)
        suggested = [f"{local}@{domain}" for domain in self.domains] if local else []
        kwargs["initial"] = {self.member: self.first(suggested), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.suggested = suggested
        field = self.fields[self.member]
        field.help_text = (
            f"On {' or '.join(self.domains)}." if self.domains else "No verified domain is known."
        )
        field.widget.attrs |= {
            "autocomplete": "off",
            "spellcheck": "false",
            "inputmode": "email",
            "list": "suggestions",
        }
        self.order_fields([self.member, "reason", "ticket"])

    def first(self, suggested: list[str]) -> str:
        return suggested[0] if suggested else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        require_domain(self, self.member, self.domains)
        return cleaned

    @property
    def address(self) -> str:
        return str(self.cleaned_data[self.member])


def require_domain(form: forms.Form, member: str, domains: Sequence[str]) -> None:
    """An error at the field unless its address is on one of the domains."""
    address = str(form.cleaned_data.get(member) or "")
    domain = address.rpartition("@")[2]
    if address and domain.lower() not in domains:
        known = " or ".join(domains) or "a verified domain"
        form.add_error(member, ValidationError(f"{domain} is not one of the domains here; take {known}."))


class AliasForm(AddressForm):
    operation = "CreateAlias"
    members = ("Alias",)
    member = "Alias"
    labels = {"Alias": "New alias"}

    def first(self, suggested: list[str]) -> str:
        return ""


class RegisterForm(AddressForm):
    operation = "RegisterToWorkMail"
    members = ("Email",)
    member = "Email"
    labels = {"Email": "Primary address"}


class PrimaryForm(ReasonForm):
    """One of the aliases, sent by its own button."""

    Email = forms.CharField(widget=forms.HiddenInput)


class RemovedAliasForm(ReasonForm):
    Alias = forms.CharField(widget=forms.HiddenInput)
