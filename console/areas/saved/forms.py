"""Forms to save a view, and to rename or share it."""

from collections.abc import Mapping
from typing import Any

from django import forms

from console.actor import Actor
from console.areas.saved.lists import LISTS, MAX_QUERY_LENGTH
from console.areas.saved.models import SavedView
from console.mirror.models import Organization
from console.operators import policy
from console.web.record_forms import RecordForm

SHARED_HELP = (
    "Everybody who may open this list sees the view's name and what it searches for. In the list itself"
    " each sees only what their own rights reach."
)


class EditViewForm(RecordForm):
    """Edit the name of a view and whether it is shared."""

    taken = "You already have a view with this name for this list. Enter another name."

    class Meta:
        model = SavedView
        fields: tuple[str, ...] = ("name", "shared")
        labels = {"shared": "Share with everybody in this organization"}
        help_texts = {"shared": SHARED_HELP}

    @property
    def title(self) -> str:
        return "Change a saved view"

    def success(self) -> str:
        return f"“{self.instance.name}” saved."


class SaveViewForm(EditViewForm):
    """Save the current view of a list that the operator may open."""

    page = forms.ChoiceField(widget=forms.HiddenInput)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MAX_QUERY_LENGTH)

    class Meta(EditViewForm.Meta):
        fields = ("name", "shared", "page", "query")

    def __init__(
        self, actor: Actor, organization: Organization, data: Mapping[str, Any] | None, initial: Any
    ) -> None:
        view = SavedView(operator_id=actor.operator_id or 0, organization=organization)
        super().__init__(data, instance=view, initial=initial)
        field = self.fields["page"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (name, each.label)
            for name, each in LISTS.items()
            if policy.allows(actor, each.performs, organization)
        ]

    @property
    def title(self) -> str:
        return "Save this view"

    def success(self) -> str:
        return f"Saved as “{self.instance.name}”."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if page := cleaned.get("page"):
            cleaned["query"] = LISTS[page].kept(cleaned.get("query", ""))
        return cleaned
