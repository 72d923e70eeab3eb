"""What the doctor asks of AWS, all at once, as far as the operator may: a dozen reads in the time of two."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.gateway.gateway import ReadRequest
from console.mirror.models import Entity
from console.operators import policy
from console.rules.access import ACTIONS

# Of TEST-NET-3 [RFC 5737]: no rule names it, so it stands for any network outside.
OUTSIDE = "203.0.113.77"
ACCESS, MOBILE = "GetAccessControlEffect", "GetMobileDeviceAccessEffect"
Answer = dict[str, Any] | errors.CallFailed | None  # `None`: not among the operator's rights


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers by operation, and those of the seven protocols by protocol."""

    answers: Mapping[str, Answer]
    protocols: Mapping[str, Answer]
    address: str

    def of(self, operation: str) -> dict[str, Any]:
        """What it showed; nothing if it failed or was not asked."""
        found = self.answers.get(operation)
        return found if isinstance(found, dict) else {}

    @property
    def failures(self) -> list[errors.CallFailed]:
        found = (*self.answers.values(), *self.protocols.values())
        return [each for each in found if isinstance(each, errors.CallFailed) and not _is_unset(each)]


def read(actor: Actor, person: Entity, address: str, device: str) -> Reading:
    """Everything, together; what she may not ask is left out."""
    single = _single(person, device)
    protocols = [ReadRequest(ACCESS, _access(person, action, address or OUTSIDE)) for action in ACTIONS]
    asked = [*single, *protocols]
    allowed = [each for each in asked if policy.allows(actor, each.operation, person.organization, person)]
    answers = dict(
        zip(map(id, allowed), gateway.read_concurrently(actor, person.organization, allowed), strict=True)
    )
    found = [answers.get(id(each)) for each in asked]
    return Reading(
        {each.operation: answer for each, answer in zip(single, found, strict=False)},
        dict(zip(ACTIONS, found[len(single) :], strict=True)),
        address,
    )


def _single(person: Entity, device: str) -> list[ReadRequest]:
    hers = {"UserId": person.entity_id}
    return [
        ReadRequest("DescribeUser", hers),
        ReadRequest("GetMailboxDetails", hers),
        ReadRequest("ListGroupsForEntity", {"EntityId": person.entity_id}),
        ReadRequest(MOBILE, {"DeviceType": device} if device else {}),
        ReadRequest("ListMobileDeviceAccessOverrides", hers),
        ReadRequest("DescribeIdentityProviderConfiguration"),
        ReadRequest("ListPersonalAccessTokens", hers),
    ]


def _access(person: Entity, action: str, address: str) -> dict[str, str]:
    return {"UserId": person.entity_id, "Action": action, "IpAddress": address}


def _is_unset(failure: errors.CallFailed) -> bool:
    return isinstance(failure, errors.Refused) and failure.code == "ResourceNotFoundException"
