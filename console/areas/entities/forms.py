"""Form fields and forms that users, groups and resources share."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from console.areas.entities import transfer
from console.areas.entities.relations import FULL_ACCESS
from console.mirror import search_text
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, EntityQuerySet
from console.ui.address_list import parse_addresses
from console.ui.forms import ExpiryForm, OperationForm, ReasonForm, ReplaceForm

MAX_MATCHES_SHOWN = 3


class EntityField(forms.CharField):
    """An entity by email address, alias, username or id; a display name is only suggested."""

    def __init__(self, *, entities: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entities, self.suggest = entities, suggest
        self.widget.attrs |= {
            "autocomplete": "off",
            "spellcheck": "false",
            "hx-get": suggest,
            "hx-trigger": "input delay:120ms",
            "hx-sync": "this:replace",
            "hx-swap": "innerHTML",
            "hx-target": "#suggestions",
            "list": "suggestions",
        }

    def clean(self, value: Any) -> Entity | None:
        text = super().clean(value).strip()
        if not text and not self.required:
            return None
        return match_entity(self.entities, text)


def match_entity(entities: EntityQuerySet, text: str) -> Entity:
    """Return the only match; raise `ValidationError` that lists the matches if there are several."""
    mentions = parse_addresses(text)
    word = mentions[0].text if len(mentions) == 1 else text
    exactly = Q(entity_id=word) | Q(email=word.lower()) | Q(aliases__address=word.lower())
    found = list(
        entities.filter(exactly | Q(sort_name=search_text.make_sort_key(word))).distinct()[
            : MAX_MATCHES_SHOWN + 1
        ]
    )
    if len(found) == 1:
        return found[0]
    offered = found or list(
        entities.filter(sort_display_name=search_text.make_sort_key(word))[: MAX_MATCHES_SHOWN + 1]
    )
    if not offered:
        raise ValidationError(f"No match was found for “{word}”.")
    names = ", ".join(each.email or each.name for each in offered[:MAX_MATCHES_SHOWN])
    raise ValidationError(f"“{word}” can mean {names}. Enter the email address or username.")


def split_names(text: str) -> list[str]:
    """Split names at line ends and commas, without duplicates."""
    return list(dict.fromkeys(each.strip() for each in text.replace(",", "\n").splitlines() if each.strip()))


class GroupsField(forms.CharField):
    """Groups by address, alias, name or id, one per line."""

    def __init__(self, *, groups: EntityQuerySet, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "required": False, "help_text": "One a line.", **kwargs})
        self.groups = groups

    def clean(self, value: Any) -> list[Entity]:
        found: dict[int, Entity] = {}
        for text in split_names(super().clean(value)):
            group = match_entity(self.groups, text)
            found[group.pk] = group
        return list(found.values())


class AddressForm(OperationForm, ReasonForm):
    """An address on one of `domains`, the domains on which the operator may create addresses."""

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
    """Add an error to the field unless its address is on one of the domains."""
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


class EnableForm(AddressForm):
    operation = "RegisterToWorkMail"
    members = ("Email",)
    member = "Email"
    labels = {"Email": "Primary address"}


class PrimaryAddressForm(ReasonForm):
    """An alias to make primary, from a button."""

    Email = forms.CharField(widget=forms.HiddenInput)


class RemoveAliasForm(ReasonForm):
    Alias = forms.CharField(widget=forms.HiddenInput)


PERMISSION_LABELS = {
    FULL_ACCESS: "Open the mailbox (full access)",
    "SEND_AS": "Send as its owner",
    "SEND_ON_BEHALF": "Send on behalf of its owner",
}
NO_MAILBOX_ERROR = "There is no mailbox to open. Select a right to send instead."


class JoinGroupForm(ExpiryForm):
    """A group to join, from those that the operator may add members to."""

    def __init__(self, *args: Any, groups: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = EntityField(entities=groups, suggest=suggest, label="Group")
        self.order_fields(["group", "until", "reason", "ticket"])


class LeaveGroupForm(ReasonForm):
    group = forms.CharField(widget=forms.HiddenInput)


class MailboxPermissionForm(ReplaceForm, ExpiryForm):
    """Mailbox permissions, which replace all earlier ones of the grantee [documented].

    Without `owner`, the form asks for the mailbox.
    """

    values = forms.MultipleChoiceField(
        label="May", choices=list(PERMISSION_LABELS.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        others: EntityQuerySet,
        suggest: str,
        label: str,
        owner: Entity | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.fields["other"] = EntityField(entities=others, suggest=suggest, label=label)
        if owner is not None and not get_mailbox(owner).exists:
            values: forms.MultipleChoiceField = self.fields["values"]  # type: ignore[assignment]  # as above
            values.choices = [each for each in PERMISSION_LABELS.items() if each[0] != FULL_ACCESS]
        self.order_fields(["other", "values", "until", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        owner = self.owner or cleaned.get("other")
        if owner and not get_mailbox(owner).exists and FULL_ACCESS in cleaned.get("values", ()):
            self.add_error("values", ValidationError(NO_MAILBOX_ERROR))
        return cleaned

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        held: list[str] = next(filter(None, values.values()), [])
        return {
            str(self.fields["values"].label): ", ".join(PERMISSION_LABELS.get(each, each) for each in held)
        }


class RevokePermissionForm(ReasonForm):
    """The id of the other entity, which may be missing in the mirror."""

    other = forms.CharField(widget=forms.HiddenInput)


class TransferForm(ReasonForm):
    """The successor and the parts to transfer, of which only existing `parts` are offered."""

    what = forms.MultipleChoiceField(label="Hand over", widget=forms.CheckboxSelectMultiple)
    disable = forms.BooleanField(
        label="Disable it when that is done",
        required=False,
        help_text="Its primary address is free then, and follows the other addresses.",
    )

    def __init__(
        self,
        *args: Any,
        successors: EntityQuerySet,
        suggest: str,
        parts: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=successors, suggest=suggest, label="Successor")
        what: forms.MultipleChoiceField = self.fields["what"]  # type: ignore[assignment]  # as declared
        what.choices = [(part, transfer.TRANSFER_PARTS[part]) for part in parts]
        self.order_fields(["other", "what", "disable", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        successor = cleaned.get("other")
        wrong = [transfer.find_part_problem(successor, part) for part in cleaned.get("what", ()) if successor]
        for said in dict.fromkeys(filter(None, wrong)):
            self.add_error("what", ValidationError(said))
        return cleaned
