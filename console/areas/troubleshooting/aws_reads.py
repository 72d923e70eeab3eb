"""Read in parallel what a diagnosis needs, as far as the operator may."""

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
OUTSIDE_ADDRESS = "203.0.113.77"
ACCESS_EFFECT, MOBILE_EFFECT = "GetAccessControlEffect", "GetMobileDeviceAccessEffect"
Answer = dict[str, Any] | errors.CallFailed | None  # `None`: not among the operator's rights


@dataclass(frozen=True, slots=True)
class AwsAnswers:
    """Answers by operation, and the access effect by protocol."""

    answers: Mapping[str, Answer]
    protocols: Mapping[str, Answer]
    address: str

    def of(self, operation: str) -> dict[str, Any]:
        """Return the answer of an operation; empty if it failed or was not allowed."""
        found = self.answers.get(operation)
        return found if isinstance(found, dict) else {}

    @property
    def failures(self) -> list[errors.CallFailed]:
        found = (*self.answers.values(), *self.protocols.values())
        return [each for each in found if isinstance(each, errors.CallFailed) and not _is_unset(each)]


def read_answers(actor: Actor, person: Entity, address: str, device: str) -> AwsAnswers:
    """Read everything the operator may read about the user, in parallel."""
    single = _user_reads(person, device)
    protocols = [
        ReadRequest(ACCESS_EFFECT, _access_parameters(person, action, address or OUTSIDE_ADDRESS))
        for action in ACTIONS
    ]
    asked = [*single, *protocols]
    allowed = [each for each in asked if policy.allows(actor, each.operation, person.organization, person)]
    answers = dict(
        zip(map(id, allowed), gateway.read_concurrently(actor, person.organization, allowed), strict=True)
    )
    found = [answers.get(id(each)) for each in asked]
    return AwsAnswers(
        {each.operation: answer for each, answer in zip(single, found, strict=False)},
        dict(zip(ACTIONS, found[len(single) :], strict=True)),
        address,
    )


def _user_reads(person: Entity, device: str) -> list[ReadRequest]:
    hers = {"UserId": person.entity_id}
    return [
        ReadRequest("DescribeUser", hers),
        ReadRequest("GetMailboxDetails", hers),
        ReadRequest("ListGroupsForEntity", {"EntityId": person.entity_id}),
        ReadRequest(MOBILE_EFFECT, {"DeviceType": device} if device else {}),
        ReadRequest("ListMobileDeviceAccessOverrides", hers),
        ReadRequest("DescribeIdentityProviderConfiguration"),
        ReadRequest("ListPersonalAccessTokens", hers),
    ]


def _access_parameters(person: Entity, action: str, address: str) -> dict[str, str]:
    return {"UserId": person.entity_id, "Action": action, "IpAddress": address}


def _is_unset(failure: errors.CallFailed) -> bool:
    return isinstance(failure, errors.Refused) and failure.code == "ResourceNotFoundException"
