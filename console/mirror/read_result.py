"""One answer of AWS, as everything that learns from it wants to have it."""

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
EMPTY: dict[str, Any] = {"enabled_date": None, "disabled_date": None, "hidden": False}


@dataclass(frozen=True, slots=True)
class Reading:
    """`asked` is when AWS was asked, by the process's monotonic clock."""

    organization: Organization
    operation: str
    params: Mapping[str, Any]
    result: Mapping[str, Any]
    asked: float = field(default_factory=time.monotonic)

    @property
    def is_whole(self) -> bool:
        """Whether this is all there is: neither one of several pages nor a filtered listing."""
        partial = self.params.get("NextToken") or self.params.get("Filters")
        return not partial and not self.result.get("NextToken")

    def entity(self, member: str) -> Entity | None:
        """Whom a parameter names: by id, or where AWS takes those by name or address too."""
        named = str(self.params[member])
        entities = Entity.objects.filter(organization=self.organization)
        return (
            entities.filter(entity_id=named).first()
            or entities.filter(Q(name=named) | Q(email=named.lower()))
            .exclude(state=Entity.State.DELETED)
            .first()
        )


def column_value(member: str, shown: Mapping[str, Any]) -> Any:
    """What a column holds for a member; a member that is absent is empty to AWS."""
    column = COLUMNS[member]
    value = shown.get(member) or EMPTY.get(column, "")
    return value.lower() if column == "email" else value


def plain(value: Any) -> Any:
    """As JSON keeps it: dates become text."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def changed_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The members that differ; absent and empty are one."""
    names = dict.fromkeys([*before, *after])
    return [name for name in names if (before.get(name) or None) != (after.get(name) or None)]
