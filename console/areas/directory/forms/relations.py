"""What joins an entity with others: groups, and access to mailboxes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.directory.forms.naming import EntityField
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, EntityQuerySet
from console.ui.forms import ExpiryForm, ReasonForm, ReplaceForm

FULL_ACCESS = "FULL_ACCESS"
VALUES = {
    FULL_ACCESS: "Open the mailbox (full access)",
    "SEND_AS": "Send as its owner",
    "SEND_ON_BEHALF": "Send on behalf of its owner",
}
NO_MAILBOX = "There is no mailbox to open. Select a right to send instead."


class GroupForm(ExpiryForm):
    """A group to join, among those whom the operator may put somebody into."""

    def __init__(self, *args: Any, groups: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = EntityField(entities=groups, suggest=suggest, label="Group")
        self.order_fields(["group", "until", "reason", "ticket"])


class MembershipForm(ReasonForm):
    """A group to leave, by its id."""

    group = forms.CharField(widget=forms.HiddenInput)


class PermissionForm(ReplaceForm, ExpiryForm):
    """Who may do what; WorkMail replaces all that this grantee had before [documented].

    The one at the other end is asked for; `owner` is the entity itself where the other is to be let in.
    """

    values = forms.MultipleChoiceField(
        label="May", choices=list(VALUES.items()), widget=forms.CheckboxSelectMultiple
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
            values.choices = [each for each in VALUES.items() if each[0] != FULL_ACCESS]
        self.order_fields(["other", "values", "until", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        owner = self.owner or cleaned.get("other")
        if owner and not get_mailbox(owner).exists and FULL_ACCESS in cleaned.get("values", ()):
            self.add_error("values", ValidationError(NO_MAILBOX))
        return cleaned

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        held: list[str] = next(filter(None, values.values()), [])
        return {str(self.fields["values"].label): ", ".join(VALUES.get(each, each) for each in held)}


class RevokedForm(ReasonForm):
    """Whose access ends, by id: it may be somebody whom the console does not know."""

    other = forms.CharField(widget=forms.HiddenInput)
