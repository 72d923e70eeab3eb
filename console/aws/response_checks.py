"""Check that a response comes from Amazon WorkMail: request id, JSON object, required member.

botocore reads a page of a proxy, an empty body or a cut one as an answer without members, and botocore's
model of WorkMail names no required members of answers. What an answer cannot lack is [inferred] from the
operation's documentation: the entity that was asked for, the list, or the id of what was created.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from console.aws import model
from console.aws.catalogue import CATALOGUE

PAGING = frozenset({"NextToken"})


class InvalidResponse(ValueError):
    """The response is not a valid one from Amazon WorkMail."""


@cache
def main_member(operation: str) -> str:
    """Return the member that every response of the operation has, or ""."""
    rule = CATALOGUE[operation]
    if rule.required_member is not None:
        return rule.required_member
    members = model.output_members(operation)
    lists = [name for name, shape in members.items() if shape.type_name == "list"]
    if len(lists) == 1 and members.keys() - PAGING == set(lists):
        return lists[0]
    return rule.creates if rule.creates in members else ""


def require_json(operation: str, status: int, body: Any) -> None:
    """Raise `InvalidResponse` unless the body is a JSON object, or empty if no member is required."""
    if status >= 300 or model.streaming_member(operation):
        return
    if not body and not main_member(operation):
        return
    try:
        parsed = json.loads(body)
    except ValueError as fault:
        raise InvalidResponse("its body is not JSON") from fault
    if not isinstance(parsed, dict):
        raise InvalidResponse("its body is not a JSON object")


def require_complete(operation: str, result: Mapping[str, Any], request_id: str) -> None:
    """Raise `InvalidResponse` if the request id or the required member is missing."""
    if not request_id:
        raise InvalidResponse("it has no request id")
    member = main_member(operation)
    if member and result.get(member) is None:
        raise InvalidResponse(f"it has no {member}")
