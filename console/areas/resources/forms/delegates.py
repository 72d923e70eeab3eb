"""Who is to answer for a room, or no longer."""

from typing import Any

from django import forms

from console.areas.directory.forms.naming import EntityField
from console.mirror.models import EntityQuerySet
from console.ui.forms import ReasonForm


class DelegateForm(ReasonForm):
    """A person or a group, among those whom the operator may name."""

    def __init__(self, *args: Any, delegates: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(
            entities=delegates, suggest=suggest, label="Delegate", help_text="A person or a group."
        )
        self.order_fields(["other", "reason", "ticket"])


class RemovedDelegateForm(ReasonForm):
    """By id: it may be somebody whom the console does not know."""

    other = forms.CharField(widget=forms.HiddenInput)
