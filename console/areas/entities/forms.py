"""Form fields and forms that users, groups and resources share."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from console.areas.entities import display, expiry, kinds, transfer
from console.areas.entities.relations import FULL_ACCESS
from console.areas.entities.suggestion_views import entity_name
from console.changes.steps import PlannedStep
from console.mirror import search_text
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, EntityQuerySet
from console.ui.address_list import parse_addresses
from console.ui.forms import ExpiryForm, OperationForm, ReasonForm, ReplaceForm
from console.web.operation_forms import ConfirmWriteForm, WriteForm

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


class EntityWriteForm(WriteForm):
    """A form that performs one operation on an entity."""

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity = entity


class EntityConfirmForm(ConfirmWriteForm, EntityWriteForm):
    """A confirmation of an operation on an entity."""


class DisableForm(EntityConfirmForm):
    operation = "DeregisterFromWorkMail"
    submit = "Disable"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consequences = tuple(display.disable_consequences(self.entity))

    @property
    def title(self) -> str:
        return f"Disable {self.entity}"

    @property
    def undo_text(self) -> str:
        """A group has no mailbox that WorkMail removes in the end."""
        return "" if self.entity.kind == kinds.Kind.GROUP else super().undo_text

    def params(self) -> dict[str, Any]:
        return {"EntityId": self.entity.entity_id}

    def success(self) -> str:
        return f"{self.entity} is disabled."


class DeleteEntityForm(EntityConfirmForm):
    """Deletion by the kind's own `operation`."""

    submit = "Delete for good"

    def __init__(self, *args: Any, entity: Entity, operation: str, **kwargs: Any) -> None:
        super().__init__(*args, entity=entity, expected=entity.name, **kwargs)
        self.operation = operation  # type: ignore[misc]  # one form for three operations
        self.consequences = tuple(display.delete_consequences(entity))

    @property
    def title(self) -> str:
        return f"Delete {self.entity}"

    def params(self) -> dict[str, Any]:
        return {kinds.get_kind_info(self.entity).member: self.entity.entity_id}

    def success(self) -> str:
        return f"{self.entity} is deleted."


class AddressForm(OperationForm, EntityWriteForm):
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

    def params(self) -> dict[str, Any]:
        return {"EntityId": self.entity.entity_id, self.member: self.address}


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
    submit = "Add the address"

    @property
    def title(self) -> str:
        return f"Another address for {self.entity}"

    def first(self, suggested: list[str]) -> str:
        return ""

    def success(self) -> str:
        return f"{self.address} now reaches {self.entity}, too."


class EnableForm(AddressForm):
    operation = "RegisterToWorkMail"
    members = ("Email",)
    member = "Email"
    labels = {"Email": "Primary address"}
    submit = "Enable"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.note = display.enable_note(self.entity)

    @property
    def title(self) -> str:
        return f"Enable {self.entity}"

    def success(self) -> str:
        return f"{self.entity} is enabled as {self.address}."


class PrimaryAddressForm(EntityWriteForm):
    """An alias to make primary, from a button."""

    operation = "UpdatePrimaryEmailAddress"
    Email = forms.CharField(widget=forms.HiddenInput)

    def params(self) -> dict[str, Any]:
        return {"EntityId": self.entity.entity_id, "Email": self.cleaned_data["Email"]}

    def success(self) -> str:
        return f"{self.entity} now writes as {self.cleaned_data['Email']}; the old address stays an alias."


class RemoveAliasForm(EntityWriteForm):
    operation = "DeleteAlias"
    Alias = forms.CharField(widget=forms.HiddenInput)

    def params(self) -> dict[str, Any]:
        return {"EntityId": self.entity.entity_id, "Alias": self.cleaned_data["Alias"]}

    def success(self) -> str:
        return f"{self.cleaned_data['Alias']} does not reach {self.entity} any more."


PERMISSION_LABELS = {
    FULL_ACCESS: "Open the mailbox (full access)",
    "SEND_AS": "Send as its owner",
    "SEND_ON_BEHALF": "Send on behalf of its owner",
}
PERMISSION_NOTE = (
    "It can take WorkMail up to five minutes, and Outlook up to an hour, to follow. "
    "What is chosen replaces all that was allowed before."
)
NO_MAILBOX_ERROR = "There is no mailbox to open. Select a right to send instead."


class GroupChoiceForm(ExpiryForm):
    """A group, from those that the operator may add members to."""

    def __init__(self, *args: Any, groups: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = EntityField(entities=groups, suggest=suggest, label="Group")
        self.order_fields(["group", "until", "reason", "ticket"])


class JoinGroupForm(GroupChoiceForm, EntityWriteForm):
    operation = "AssociateMemberToGroup"
    submit = "Add to the group"

    @property
    def title(self) -> str:
        return f"Put {self.entity} into a group"

    def params(self) -> dict[str, Any]:
        return {"GroupId": self.cleaned_data["group"].entity_id, "MemberId": self.entity.entity_id}

    def success(self) -> str:
        return (
            f"{self.entity} is now in {self.cleaned_data['group']}{self.until_text}."
            " Mail follows within minutes."
        )

    def end_step(self) -> PlannedStep:
        return expiry.plan_membership_end(self.cleaned_data["group"], self.entity)


class LeaveGroupForm(EntityWriteForm):
    operation = "DisassociateMemberFromGroup"
    group = forms.CharField(widget=forms.HiddenInput)

    def params(self) -> dict[str, Any]:
        return {"GroupId": self.cleaned_data["group"], "MemberId": self.entity.entity_id}

    def success(self) -> str:
        group = entity_name(self.cleaned_data["group"], self.entity.organization)
        return f"{self.entity} is not in {group} any more."

    def end_step(self) -> PlannedStep:
        return PlannedStep(self.operation, self.params())


class MailboxPermissionForm(ReplaceForm, ExpiryForm, EntityWriteForm):
    """Mailbox permissions, which replace all earlier ones of the grantee [documented].

    The entity is one end, the other is asked for.
    """

    operation = "PutMailboxPermissions"
    submit = "Give access"
    note = PERMISSION_NOTE
    other_label: ClassVar[str]
    values = forms.MultipleChoiceField(
        label="May", choices=list(PERMISSION_LABELS.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, others: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=others, suggest=suggest, label=self.other_label)
        self.order_fields(["other", "values", "until", "reason", "ticket"])

    @property
    def owner(self) -> Entity | None:
        """The entity whose mailbox it is; `None` as long as no valid one is chosen."""
        raise NotImplementedError

    @property
    def grantee(self) -> Entity:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.owner and not get_mailbox(self.owner).exists and FULL_ACCESS in cleaned.get("values", ()):
            self.add_error("values", ValidationError(NO_MAILBOX_ERROR))
        return cleaned

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        held: list[str] = next(filter(None, values.values()), [])
        return {
            str(self.fields["values"].label): ", ".join(PERMISSION_LABELS.get(each, each) for each in held)
        }

    def params(self) -> dict[str, Any]:
        assert self.owner is not None
        return {
            "EntityId": self.owner.entity_id,
            "GranteeId": self.grantee.entity_id,
            "PermissionValues": self.cleaned_data["values"],
        }

    def success(self) -> str:
        assert self.owner is not None
        return f"{self.grantee} now has access to {kinds.mailbox_label(self.owner)}{self.until_text}."

    def end_step(self) -> PlannedStep:
        assert self.owner is not None
        return expiry.plan_access_end(self.owner, self.grantee)


class AddGranteeForm(MailboxPermissionForm):
    """Who may use the entity's mailbox or send in its name."""

    other_label = "Who"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not get_mailbox(self.entity).exists:
            values: forms.MultipleChoiceField = self.fields["values"]  # type: ignore[assignment]  # as declared
            values.choices = [each for each in PERMISSION_LABELS.items() if each[0] != FULL_ACCESS]

    @property
    def title(self) -> str:
        return f"Give access to {kinds.mailbox_label(self.entity)}"

    @property
    def owner(self) -> Entity:
        return self.entity

    @property
    def grantee(self) -> Entity:
        grantee: Entity = self.cleaned_data["other"]
        return grantee


class AddGrantedMailboxForm(MailboxPermissionForm):
    """Whose mailbox the entity may use, or in whose name it may send."""

    other_label = "Whose mailbox"

    @property
    def title(self) -> str:
        return f"Let {self.entity} open another mailbox"

    @property
    def owner(self) -> Entity | None:
        return self.cleaned_data.get("other")

    @property
    def grantee(self) -> Entity:
        return self.entity


class RevokePermissionForm(EntityWriteForm):
    """The id of the other entity, which may be missing in the mirror."""

    operation = "DeleteMailboxPermissions"
    other = forms.CharField(widget=forms.HiddenInput)

    @property
    def other_name(self) -> str:
        return entity_name(self.cleaned_data["other"], self.entity.organization)

    def end_step(self) -> PlannedStep:
        return PlannedStep(self.operation, self.params())


class RemoveGranteeForm(RevokePermissionForm):
    def params(self) -> dict[str, Any]:
        return {"EntityId": self.entity.entity_id, "GranteeId": self.cleaned_data["other"]}

    def success(self) -> str:
        return f"{self.other_name} lost access to {kinds.mailbox_label(self.entity)}."


class RemoveGrantedMailboxForm(RevokePermissionForm):
    def params(self) -> dict[str, Any]:
        return {"EntityId": self.cleaned_data["other"], "GranteeId": self.entity.entity_id}

    def success(self) -> str:
        return f"{self.entity} lost access to {self.other_name}."


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
