"""Forms of groups: creation, members and visibility in the address book."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.entities.forms import EntityWriteForm, require_domain
from console.areas.groups import membership
from console.areas.groups.membership import ResolvedMembers
from console.mirror.models import EntityQuerySet, Organization
from console.ui.form_fields import build_field, get_shape
from console.ui.forms import OperationForm, ReasonForm

MEMBERS_HELP = (
    "Email addresses, aliases, usernames or ids: one per line, or separated by commas or semicolons."
)


class MembersField(forms.CharField):
    """A pasted list as `ResolvedMembers`; the form decides whether unknown entries are errors."""

    widget = forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"})

    def __init__(self, *, organization: Organization, entities: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(**{"help_text": MEMBERS_HELP, **kwargs})
        self.organization, self.entities = organization, entities

    def clean(self, value: Any) -> ResolvedMembers:
        text = super().clean(value)
        try:
            return membership.resolve_members(self.entities, self.organization, text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class AddMembersForm(ReasonForm):
    """Members to add; `sure` is sent by the confirmation below the resolved list."""

    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, organization: Organization, entities: EntityQuerySet, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"] = MembersField(organization=organization, entities=entities, label="Members")
        self.order_fields(["members", "reason", "ticket"])


class RemoveMembersForm(ReasonForm):
    """The ids of the selected rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [each for each in self.data.getlist("selected") if each]  # type: ignore[attr-defined]  # a QueryDict

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.ids:
            raise ValidationError("Tick at least one row.")
        return cleaned


DISABLED_GROUP_ERROR = "Only an enabled group can have members: enable it now, or add them later."


class CreateGroupForm(OperationForm, ReasonForm):
    """A new group; enabling is offered only with `domains` on which addresses may be created."""

    operation = "CreateGroup"
    members = ("Name", "HiddenFromGlobalAddressList")
    labels = {"Name": "Name", "HiddenFromGlobalAddressList": "Hide from the address book"}
    help_texts = {"Name": "Cannot be changed later."}

    enable = forms.BooleanField(
        label="Enable now", required=False, initial=True, help_text="Mail to its address reaches all members."
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        domains: Sequence[str],
        entities: EntityQuerySet,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.domains = list(domains)
        if domains:
            help_text = f"Empty: name@{domains[0]}."
            shape = get_shape("RegisterToWorkMail", "Email")
            self.fields["Email"] = build_field(shape, required=False, label="Address", help_text=help_text)
            self.fields["people"] = MembersField(
                organization=organization, entities=entities, label="Members", required=False
            )
        else:
            del self.fields["enable"]
        self.order_fields([*self.members, "enable", "Email", "people", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.domains:
            return cleaned
        require_domain(self, "Email", self.domains)
        resolved = cleaned.get("people")
        if resolved and resolved.unknown:
            self.add_error("people", ValidationError(resolved.unknown))
        elif resolved and resolved.entities and not cleaned.get("enable"):
            self.add_error("people", ValidationError(DISABLED_GROUP_ERROR))
        return cleaned

    @property
    def address(self) -> str:
        """Return the address to enable the group with, or "" to leave it disabled."""
        if not self.cleaned_data.get("enable"):
            return ""
        local = str(self.cleaned_data["Name"]).partition("@")[0].replace(" ", "-").lower()
        return str(self.cleaned_data["Email"] or f"{local}@{self.domains[0]}")


class GroupVisibilityForm(OperationForm, EntityWriteForm):
    """Visibility in the address book; `current` is the answer of DescribeGroup, `subject` the group's id."""

    operation = "UpdateGroup"
    members = ("HiddenFromGlobalAddressList",)
    labels = {"HiddenFromGlobalAddressList": "Hidden from the address book"}
    help_texts = {
        "HiddenFromGlobalAddressList": "Mail still arrives, and so it does for whoever knows the address."
        " Outlook may take two hours to show a group again."
    }
    field_order = ("HiddenFromGlobalAddressList", "reason", "ticket")

    submit = "Save"
    note = "WorkMail cannot rename a group: this is all that can be changed about its record."

    @property
    def title(self) -> str:
        return f"{self.entity} in the address book"

    @property
    def hides(self) -> bool:
        return bool(self.cleaned_data["HiddenFromGlobalAddressList"])

    def params(self) -> dict[str, Any]:
        return {"GroupId": self.entity.entity_id, "HiddenFromGlobalAddressList": self.hides}

    def success(self) -> str:
        return f"{self.entity} is {'hidden from' if self.hides else 'shown in'} the address book."

    def expected_values(self) -> Mapping[str, Any]:
        return self.current
