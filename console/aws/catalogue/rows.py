"""The columns of an operation's row, and functions that make rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from functools import partial
from typing import Any

from console.aws import model
from console.aws.catalogue.fields import ChangedFields
from console.aws.catalogue.inverses import Undo

ENTITY_MEMBERS = ("UserId", "EntityId", "GroupId", "MemberId", "ResourceId", "GranteeId", "TargetUser")
# Members that identify an entity through something that it owns; areas register who finds the owner.
OWNED_MEMBERS = ("JobId", "PersonalAccessTokenId")
DESCRIBE_BY_KIND = {"user": "DescribeUser", "group": "DescribeGroup", "resource": "DescribeResource"}
WORD_BOUNDARY = re.compile(r"(?<=[a-z])([A-Z])")
DESCRIBE = "Describe"  # of a user, a group or a resource, whichever the target is


def label_from_name(name: str) -> str:
    """Return an API name as a label, such as `Job title`."""
    return WORD_BOUNDARY.sub(r" \1", name).strip().capitalize()


class Access(StrEnum):
    """What an operation does. `SECRET` reads are recorded in the audit log like writes."""

    READ = "read"
    WRITE = "write"
    SECRET = "secret"


class Settle(Enum):
    """How the gateway finds out whether a write with an unknown outcome happened."""

    FIELDS = auto()  # compare the changed fields with those before the write
    NAME = auto()  # look for what was created by its name, which the first read accepts as an id
    STATES = auto()  # compare the state that the first read shows with `end_states`
    EXPORT_JOB = auto()  # look for an export job by the token in its description


@dataclass(frozen=True, slots=True)
class Read:
    """A read that shows what a write changes; `members` maps its members to those of the write."""

    operation: str
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the catalogue: what the console knows about an operation besides its service model."""

    name: str
    area: str
    """The area whose pages perform it; with `access` it makes the permission, such as `users:write`."""
    target: str = ""
    """The input member that identifies what the operation acts on."""
    access: Access = field(kw_only=True)

    # What it changes
    reads: tuple[Read, ...] = ()
    """The reads that show the target before and after the write, from which the mirror is updated, too."""
    fields: ChangedFields | None = None
    """The fields that it changes; if `None`, the members that the first read shows by the same name."""
    read_as: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The names that the first read has for members of the write, where they differ."""
    creates: str = ""
    """The output member with the id of what the write creates."""
    leaves_tombstone: bool = False
    """Whether WorkMail still lists what was deleted, in the state DELETED."""

    # How its outcome is found and undone
    undo: Undo | None = None
    """How it is undone, or why it cannot be; every write and every read of secrets has one."""
    settle: Settle = Settle.FIELDS
    end_states: tuple[str, ...] = ()
    required_member: str | None = None
    """A member without which a response is invalid, or "" if there is none; `None` for lists and creations,
    whose shape tells."""

    # Who may perform it
    address: str = ""
    """The input member with an address or a domain, which must be in the mail domains of the grant."""
    narrowable: bool | None = None
    """Whether a grant for some mail domains covers it; if `None`, its kind and its members decide."""
    lists_everyone: bool = False
    """Whether AWS answers with all entities, so that a grant for some mail domains does not cover it."""
    is_reserved: bool = False
    """Whether only its own name or `*` permits it, and not the permission of its area."""

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


read = partial(Operation, access=Access.READ)
write = partial(Operation, access=Access.WRITE)
secret = partial(Operation, access=Access.SECRET)
