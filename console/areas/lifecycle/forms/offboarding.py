"""What becomes of somebody who leaves, and of what she had."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from console.areas.directory.forms.naming import EntityField
from console.areas.exports.models import Destination
from console.areas.lifecycle.offboarding import DELETE, DISABLE, EXPORT, OF_SUCCESSOR, PARTS
from console.mirror.models import EntityQuerySet
from console.ui.forms import ReasonForm

LONGEST = 365


class OffboardForm(ReasonForm):
    """`offered` are the parts that the operator may do; `destinations` those where an export can go."""

    what = forms.MultipleChoiceField(label="What is done", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="Delete after days",
        min_value=1,
        max_value=LONGEST,
        required=False,
        initial=30,
        help_text="WorkMail keeps a disabled mailbox for 30 days; the person stays until deleted.",
    )

    def __init__(
        self,
        *args: Any,
        offered: Sequence[str],
        successors: EntityQuerySet,
        suggest: str,
        destinations: QuerySet[Destination],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        parts = [each for each in offered if each != EXPORT or destinations.exists()]
        self.fields["what"].choices = [(each, PARTS[each]) for each in parts]  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["other"] = EntityField(
            entities=successors, suggest=suggest, label="Successor", required=False
        )
        if EXPORT in parts:
            self.fields["destination"] = forms.ModelChoiceField(
                destinations, label="Export to", required=False, empty_label=None
            )
        if DELETE not in parts:
            del self.fields["days"]
        self.order_fields(["what", "other", "destination", "days", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parts = cleaned.get("what", [])
        if (
            any(each in parts for each in OF_SUCCESSOR)
            and not cleaned.get("other")
            and "other" not in self.errors
        ):
            self.add_error("other", ValidationError("Name the successor, or untick what goes to her."))
        if DELETE in parts and DISABLE not in parts:
            self.add_error("what", ValidationError("WorkMail deletes only what is disabled: tick that, too."))
        if DELETE in parts and not cleaned.get("days") and "days" not in self.errors:
            self.add_error("days", ValidationError("After how many days?"))
        if EXPORT in parts and not cleaned.get("destination"):
            self.add_error("destination", ValidationError("Choose where the export goes."))
        return cleaned
