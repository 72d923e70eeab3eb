"""Filters and pages of listings, with opaque tokens."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params
from console.sandbox.record_tables import Position, Table
from console.sandbox.records import R, Scope, sort_value

T = TypeVar("T")

DEFAULT_SIZE = 100  # [unknown]; the maximum is 100 [documented]
SEAL = 16


def page_of_table(
    call: Call, params: Params, table: Table[R], *scope: str, prefix: str = ""
) -> tuple[list[R], str | None]:
    """Return a page of a table's scope, and the token of the next one if there is more."""
    size = params.get("MaxResults", DEFAULT_SIZE)
    after = open_token(call, params) if "NextToken" in params else None
    found = table.page(*scope, after=after, prefix=sort_value(prefix), size=size + 1)
    more = seal_token(call, params, found[size - 1][0]) if len(found) > size else None
    return [record for _, record in found[:size]], more


def seal_token(call: Call, params: Params, position: Position) -> str:
    body = json.dumps([call.now, *position], ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(compute_seal(call, params, body) + body).decode()


def open_token(call: Call, params: Params) -> Position:
    """Return where the last page ended; refuse a token that is foreign, changed or too old."""
    try:
        token = urlsafe_b64decode(params["NextToken"].encode())
    except (NotBase64, ValueError) as problem:
        raise token_error(call) from problem
    given, body = token[:SEAL], token[SEAL:]
    if not hmac.compare_digest(given, compute_seal(call, params, body)):
        raise token_error(call)
    issued, value, key = json.loads(body)
    if call.now - issued > call.store.settings.token_seconds:
        raise token_error(call)
    return (value, key)


def compute_seal(call: Call, params: Params, body: bytes) -> bytes:
    """Return a seal over the whole request except the page size."""
    rest = {name: value for name, value in params.items() if name not in ("NextToken", "MaxResults")}
    request = json.dumps([call.account, call.region, call.operation, rest], sort_keys=True).encode()
    return hmac.digest(call.store.secret, request + b"\0" + body, sha256)[:SEAL]


def token_error(call: Call) -> ServiceError:
    return invalid_input_error(call.operation, "The NextToken is not valid for this request")


def page_of_values(
    call: Call, params: Params, values: Iterable[tuple[Position, T]]
) -> tuple[list[T], str | None]:
    """Return a page of values that no table lists, each with the position that orders it."""
    size = params.get("MaxResults", DEFAULT_SIZE)
    after = open_token(call, params) if "NextToken" in params else None
    found = sorted(value for value in values if after is None or value[0] > after)
    more = seal_token(call, params, found[size - 1][0]) if len(found) > size else None
    return [value for _, value in found[:size]], more


def filter_listing(call: Call, params: Params, kind: str, filters: Mapping[str, str]) -> tuple[Scope, str]:
    """Return scope and prefix of a listing; `filters` maps each filter to its order.

    Without a filter it is in order of names, whatever WorkMail's own order is [unknown].
    """
    organization_id = call.organization.organization_id
    given = {name: text for name, text in params.get("Filters", {}).items() if name in filters and text}
    if len(given) > 1:  # only one is accepted [documented], the error is [unknown]
        raise invalid_input_error(call.operation, f"Only one filter a request, not {' and '.join(given)}")
    for name, text in given.items():
        return (kind, organization_id, filters[name]), text
    return (kind, organization_id, "name"), ""
