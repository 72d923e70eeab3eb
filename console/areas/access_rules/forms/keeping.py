"""What the console itself keeps beside the rules: names of networks, and protected people."""

from typing import Any

from console.areas.access_rules.forms.fields import NetworksField
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.directory.forms.naming import EntityField
from console.mirror.models import EntityQuerySet
from console.web.record_forms import RecordForm


class NetworkForm(RecordForm):
    action = "ManageNetworks"
    ranges = NetworksField(
        networks={},
        required=True,
        rows=4,
        help_text="IPv4 ranges as the internet sees them, one a line, such as 203.0.113.0/24.",
    )

    class Meta:
        model = NamedNetwork
        fields = ["name", "ranges"]
        help_texts = {"name": "The name that operators use, such as Head office."}


class ProtectedForm(RecordForm):
    """Somebody to protect: `people` are those who may be."""

    action = "ManageProtectedPeople"
    unique_field = "other"
    taken = "This user is already protected."

    class Meta:
        model = ProtectedPerson
        fields = ["note"]
        help_texts = {"note": "The reason, such as: on call for IT."}

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=people, suggest=suggest, label="Person")
        self.order_fields(["other", "note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if person := cleaned.get("other"):
            self.instance.entity_id = person.entity_id
        return cleaned

    def audit_fields(self) -> dict[str, str]:
        return {"target": self.instance.entity_id, "target_name": str(self.cleaned_data["other"])}
