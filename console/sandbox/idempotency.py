"""Answer a repeated ClientToken with the first answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from console.aws import model
from console.sandbox.errors import invalid_input_error
from console.sandbox.handler_registry import Call, Params
from console.sandbox.rule_records import UsedToken


def run_once(call: Call, params: Params, act: Callable[[], str]) -> str:
    """Run `act` once per ClientToken and return its id; without a token it runs each time.

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
        request=hash_params({name: value for name, value in params.items() if name != member}),
        answer="",
    )
    earlier = call.store.used_tokens.get(wanted.key)
    if earlier is None:
        return call.store.used_tokens.save(replace(wanted, answer=act())).answer
    if earlier.request != wanted.request:
        raise invalid_input_error(call.operation, "The ClientToken was used with other parameters")
    return earlier.answer


def hash_params(params: Params) -> str:
    return sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
