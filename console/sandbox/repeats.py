"""Calls that carry a ClientToken: the same one again does nothing more, and answers what it answered."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from console.aws import model
from console.sandbox.errors import invalid
from console.sandbox.records_rules import UsedToken
from console.sandbox.registry import Call, Params


def once(call: Call, params: Params, act: Callable[[], str]) -> str:
    """The id that `act` returns, or returned when the token came first; without a token it acts each time.

    The token with other parameters is a conflict; its code is [inferred]. It counts for ever, even after
    what it made is deleted: how long WorkMail remembers a token is [unknown].
    """
    member = model.token_member(call.operation)
    token = params.get(member) if member else None
    if token is None:
        return act()
    wanted = UsedToken(
        # What has no organization is its account's.
        organization_id=call.found.organization_id if call.found else f"{call.account}/{call.region}",
        operation=call.operation,
        token=token,
        request=digest({name: value for name, value in params.items() if name != member}),
        answer="",
    )
    earlier = call.store.used_tokens.get(wanted.key)
    if earlier is None:
        return call.store.used_tokens.save(replace(wanted, answer=act())).answer
    if earlier.request != wanted.request:
        raise invalid(call.operation, "The ClientToken was used with other parameters")
    return earlier.answer


def digest(params: Params) -> str:
    return sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
