"""What joins a person with others: groups, access to mailboxes; and her mailbox's quota."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from console.mirror import search
from console.mirror.models import Entity
from console.mirror.querysets import EntityQuerySet
from console.ui.forms import OperationForm, WhyForm

LARGEST = 51_200  # MB, which the model does not know [documented]
NAMED = 3
VALUES = {
    "FULL_ACCESS": "Open the mailbox (full access)",
    "SEND_AS": "Send as its owner",
    "SEND_ON_BEHALF": "Send on behalf of its owner",
}


class EntityField(forms.CharField):
    """Somebody or something by address, alias, username, display name or id; the value is the entity."""

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

    def clean(self, value: Any) -> Entity:
        text = super().clean(value).strip()
        found = list(named(self.entities, text)[: NAMED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(f"Nobody and nothing here is called {text}.")
        names = ", ".join(each.email or each.name for each in found[:NAMED])
        raise ValidationError(f"Several are called that: {names}. Take the address.")


def named(entities: EntityQuerySet, text: str) -> EntityQuerySet:
    word = search.sort_key(text)
    exactly = Q(entity_id=text) | Q(email=text.lower()) | Q(aliases__address=text.lower())
    return entities.filter(exactly | Q(sort_name=word) | Q(sort_display_name=word)).distinct()


class GroupForm(WhyForm):
    """A group to join, among those whom the operator may put somebody into."""

    def __init__(self, *args: Any, groups: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = EntityField(entities=groups, suggest=suggest, label="Group")
        self.order_fields(["group", "reason", "ticket"])


class MembershipForm(WhyForm):
    """A group to leave, by its id."""

    group = forms.CharField(widget=forms.HiddenInput)


class QuotaForm(OperationForm, WhyForm):
    operation = "UpdateMailboxQuota"
    members = ("MailboxQuota",)
    labels = {"MailboxQuota": "Quota in MB"}
    help_texts = {"MailboxQuota": f"1 to {LARGEST:,} MB. WorkMail warns the owner at 90 %."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quota: forms.IntegerField = self.fields["MailboxQuota"]  # type: ignore[assignment]  # the model's integer
        quota.max_value = LARGEST
        quota.widget.attrs["max"] = LARGEST
        self.order_fields(["MailboxQuota", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("MailboxQuota") or 0) > LARGEST:
            self.add_error("MailboxQuota", f"At most {LARGEST:,} MB.")
        return cleaned


class PermissionForm(WhyForm):
    """Who may do what; WorkMail replaces all that this grantee had before [documented]."""

    values = forms.MultipleChoiceField(
        label="May", choices=list(VALUES.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, others: EntityQuerySet, suggest: str, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=others, suggest=suggest, label=label)
        self.order_fields(["other", "values", "reason", "ticket"])


class RevokedForm(WhyForm):
    """Whose access ends, by id: it may be somebody whom the console does not know."""

    other = forms.CharField(widget=forms.HiddenInput)
