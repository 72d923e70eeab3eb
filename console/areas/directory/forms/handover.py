"""To whom what an entity has is handed over, and which parts of it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.directory import handover
from console.areas.directory.forms.naming import EntityField
from console.mirror.models import EntityQuerySet
from console.ui.forms import ReasonForm


class HandoverForm(ReasonForm):
    """`parts` are those that there is something of; without an address of its own nothing can follow it."""

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
        what.choices = [(part, handover.PARTS[part]) for part in parts]
        self.order_fields(["other", "what", "disable", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        successor = cleaned.get("other")
        wrong = [handover.misfit(successor, part) for part in cleaned.get("what", ()) if successor]
        for said in dict.fromkeys(filter(None, wrong)):
            self.add_error("what", ValidationError(said))
        return cleaned
