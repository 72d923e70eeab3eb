"""Forms of the address search and of the transfer of addresses."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.entities.forms import EntityField, require_domain
from console.areas.mailboxes.plans import AddressTransfer
from console.mirror.models import Entity, EntityQuerySet
from console.ui.form_fields import build_field, get_shape
from console.ui.forms import OperationForm, ReasonForm


class AddressSearchForm(OperationForm):
    operation = "DescribeEntity"
    members = ("Email",)
    labels = {"Email": "Address"}


RENAME, DISABLE = "rename", "disable"
WAY_LABELS = {RENAME: "Give {} another primary address first", DISABLE: "Disable {} first"}


class AddressTransferForm(ReasonForm):
    """Addresses to transfer; `ways` are the options for a primary address that the operator can use.

    `domains` are those on which another primary address can be given; `held` all addresses of the giver.
    """

    addresses = forms.MultipleChoiceField(label="Addresses", widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        giver: Entity,
        held: Sequence[str],
        takers: EntityQuerySet,
        suggest: str,
        ways: Sequence[str],
        domains: Sequence[str],
        renames: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.giver, self.held, self.domains, self.ways = giver, list(held), list(domains), list(ways)
        choices = [(each, f"{each} (primary)" if each == giver.email else each) for each in held]
        self.fields["addresses"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["other"] = EntityField(
            entities=takers, suggest=suggest, label="Successor", help_text="A person, a group or a room."
        )
        if giver.email:
            self._add_way_fields()
        if renames:
            self.fields["becomes_primary"] = forms.BooleanField(
                label="Make it the successor's primary address", required=False
            )
        self.order_fields(["addresses", "other", "becomes_primary", "how", "Email", "reason", "ticket"])

    def _add_way_fields(self) -> None:
        """Add the options for a primary address, which must be replaced before it is given away."""
        labels = [(way, WAY_LABELS[way].format(self.giver)) for way in self.ways]
        self.fields["how"] = forms.ChoiceField(
            label=f"If {self.giver.email} is among them",
            choices=labels,
            required=False,
            initial=self.ways[0] if self.ways else None,
            widget=forms.RadioSelect,
        )
        if RENAME in self.ways:
            self.fields["Email"] = build_field(
                get_shape("UpdatePrimaryEmailAddress", "Email"),
                required=False,
                label=f"New primary address of {self.giver}",
                help_text="One of the aliases, or a new one.",
            )
            self.fields["Email"].widget.attrs |= {"list": "own-addresses", "autocomplete": "off"}

    @property
    def suggested_primary(self) -> list[str]:
        return [each for each in self.held if each != self.giver.email]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("addresses", [])
        if cleaned.get("becomes_primary") and len(chosen) > 1:
            self.add_error("becomes_primary", ValidationError("Of several addresses none can be made it."))
        if self.giver.email and self.giver.email in chosen:
            self._require_way(cleaned, chosen)
        return cleaned

    def _require_way(self, cleaned: dict[str, Any], chosen: list[str]) -> None:
        email = str(cleaned.get("Email") or "").lower()
        if not cleaned.get("how"):
            said = "You may hand over aliases only: for a primary address ask somebody who may change it."
            self.add_error("how", ValidationError(said if not self.ways else "Choose what happens first."))
        elif cleaned["how"] == RENAME and "Email" not in self.errors:
            if not email:
                self.add_error("Email", ValidationError("Which address is to be the primary one then?"))
            elif email in chosen:
                self.add_error("Email", ValidationError("This one is handed over."))
            require_domain(self, "Email", self.domains)

    def plan(self) -> AddressTransfer:
        cleaned = self.cleaned_data
        chosen = [each for each in self.held if each in cleaned["addresses"]]
        way = cleaned.get("how") if self.giver.email in chosen else ""
        return AddressTransfer(
            giver=self.giver,
            taker=cleaned["other"],
            addresses=tuple(chosen),
            primary=str(cleaned.get("Email") or "") if way == RENAME else "",
            disables=way == DISABLE,
            becomes_primary=bool(cleaned.get("becomes_primary")),
        )
