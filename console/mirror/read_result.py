"""The result of one read, as the mirror stores it."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from console.mirror.models import Entity, Organization

Kind = Entity.Kind
# AWS's member and the column that keeps it; the type of a resource is its role here.
COLUMNS = {
    "Name": "name",
    "DisplayName": "display_name",
    "Email": "email",
    "State": "state",
    "UserRole": "role",
    "Type": "role",
    "EnabledDate": "enabled_date",
    "DisabledDate": "disabled_date",
    "HiddenFromGlobalAddressList": "hidden",
    "Department": "department",
    "JobTitle": "job_title",
    "Office": "office",
}
EMPTY_VALUES: dict[str, Any] = {"enabled_date": None, "disabled_date": None, "hidden": False}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The result of one read; `asked` is when it was sent, by the monotonic clock."""

    organization: Organization
    operation: str
    params: Mapping[str, Any]
    result: Mapping[str, Any]
    asked: float = field(default_factory=time.monotonic)

    @property
    def is_whole(self) -> bool:
        """Return whether the result is complete: not a page and not filtered."""
        partial = self.params.get("NextToken") or self.params.get("Filters")
        return not partial and not self.result.get("NextToken")

    def entity(self, member: str) -> Entity | None:
        """Return the entity that a parameter identifies by id, name or address."""
        named = str(self.params[member])
        entities = Entity.objects.filter(organization=self.organization)
        return (
            entities.filter(entity_id=named).first()
            or entities.filter(Q(name=named) | Q(email=named.lower()))
            .exclude(state=Entity.State.DELETED)
            .first()
        )


def get_column_value(member: str, shown: Mapping[str, Any]) -> Any:
    """Return a member's value for its column; absent members count as empty."""
    column = COLUMNS[member]
    value = shown.get(member) or EMPTY_VALUES.get(column, "")
    return value.lower() if column == "email" else value


def to_json_value(value: Any) -> Any:
    """Return the value as JSON stores it."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def find_changed_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the members that differ; absent and empty are equal."""
    names = dict.fromkeys([*before, *after])
    return [name for name in names if (before.get(name) or None) != (after.get(name) or None)]
