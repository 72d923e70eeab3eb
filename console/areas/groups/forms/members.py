"""Members from a pasted list, looked up before anything is done."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.groups import resolving
from console.areas.groups.resolving import Resolved
from console.mirror.models import EntityQuerySet, Organization
from console.ui.forms import ReasonForm

HELP = "Email addresses, aliases, usernames or ids: one per line, or separated by commas or semicolons."


class PasteField(forms.CharField):
    """A list; its value is `Resolved`, and the form decides whether unknown entries are an error."""

    widget = forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"})

    def __init__(self, *, organization: Organization, entities: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(**{"help_text": HELP, **kwargs})
        self.organization, self.entities = organization, entities

    def clean(self, value: Any) -> Resolved:
        text = super().clean(value)
        try:
            return resolving.resolve(self.entities, self.organization, text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class AddForm(ReasonForm):
    """`sure` is sent by the button that stands below what was found."""

    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, organization: Organization, entities: EntityQuerySet, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"] = PasteField(organization=organization, entities=entities, label="Members")
        self.order_fields(["members", "reason", "ticket"])


class RemoveForm(ReasonForm):
    """The ticked rows, by their ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [each for each in self.data.getlist("selected") if each]  # type: ignore[attr-defined]  # a QueryDict

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.ids:
            raise ValidationError("Tick at least one row.")
        return cleaned
