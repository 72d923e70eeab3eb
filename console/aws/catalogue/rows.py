"""The columns of an operation's row, and functions that make rows.

`area` is the page's home, `access` what the operation does, `target` the member that names what it
acts on, `creates` the member of the answer that names what came to be, `reads` the operations that
show its before and after (and so what the mirror has to learn again), `undo` its inverse, if any.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from console.aws import model

ENTITY_MEMBERS = ("UserId", "EntityId", "GroupId", "MemberId", "ResourceId", "GranteeId", "TargetUser")
DESCRIBE_BY_KIND = {"user": "DescribeUser", "group": "DescribeGroup", "resource": "DescribeResource"}
WORD_BOUNDARY = re.compile(r"(?<=[a-z])([A-Z])")
TOMBSTONE_DELETES = frozenset(
    {"DeleteUser", "DeleteGroup", "DeleteResource"}
)  # of what stays behind as a tombstone
DESCRIBE = "Describe"  # of a user, a group or a resource, whichever the target is


def label_from_name(name: str) -> str:
    """Return an API name as a label, such as `Job title`."""
    return WORD_BOUNDARY.sub(r" \1", name).strip().capitalize()


class Access(StrEnum):
    """What an operation does. `SECRET` reads are recorded in the audit log like writes."""

    READ = "read"
    WRITE = "write"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Read:
    """A read that shows what a write changes; `members` maps its members to those of the write."""

    operation: str
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    area: str
    access: Access
    target: str = ""
    creates: str = ""
    reads: tuple[Read, ...] = ()
    undo: str = ""

    @property
    def is_read(self) -> bool:
        return self.access is Access.READ

    @property
    def title(self) -> str:
        """Return the name in words, such as `Create alias`."""
        return label_from_name(self.name).replace("work mail", "WorkMail")

    @property
    def entity_members(self) -> tuple[str, ...]:
        """Return the input members that identify a user, group or resource."""
        if self.name not in model.list_operations():
            return ()
        return tuple(name for name in ENTITY_MEMBERS if name in model.input_members(self.name))

    def target_of(self, params: Mapping[str, Any], result: Mapping[str, Any] | None = None) -> str:
        found = params.get(self.target) or (result or {}).get(self.creates) or ""
        return str(found)


def read(name: str, area: str, target: str = "") -> Operation:
    return Operation(name, area, Access.READ, target)


def write(
    name: str, area: str, target: str = "", *reads: str | Read, creates: str = "", undo: str = ""
) -> Operation:
    shown = tuple(each if isinstance(each, Read) else Read(each) for each in reads)
    return Operation(name, area, Access.WRITE, target, creates, shown, undo)


def secret(name: str, area: str, target: str = "") -> Operation:
    return Operation(name, area, Access.SECRET, target)
