"""Members by pasting: each line somebody, looked up before anything is done."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.groups import resolving
from console.areas.groups.resolving import Resolved
from console.mirror.querysets import EntityQuerySet
from console.ui.forms import WhyForm

HELP = "One in a line, or with commas between: address, alias, username or display name."


class PasteField(forms.CharField):
    """The value is what came of it; whether unknown lines are an error is the form's to say."""

    widget = forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"})

    def __init__(self, *, entities: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(**{"help_text": HELP, **kwargs})
        self.entities = entities

    def clean(self, value: Any) -> Resolved:
        text = super().clean(value)
        try:
            return resolving.resolve(self.entities, text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class AddForm(WhyForm):
    """`sure` is sent by the button that stands below what was found."""

    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, entities: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"] = PasteField(entities=entities, label="Who joins")
        self.order_fields(["members", "reason", "ticket"])


class RemoveForm(WhyForm):
    """The ticked rows, by their ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [each for each in self.data.getlist("selected") if each]  # type: ignore[attr-defined]  # a QueryDict

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.ids:
            raise ValidationError("Tick at least one row.")
        return cleaned
