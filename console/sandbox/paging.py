"""Pages of a listing, joined by opaque tokens that are good for one request, one store and one day."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from hashlib import sha256
from typing import TypeVar

from console.sandbox.errors import ServiceError, invalid
from console.sandbox.records import R, sortable
from console.sandbox.registry import Call, Params
from console.sandbox.tables import Position, Table

T = TypeVar("T")

DEFAULT_SIZE = 100  # [unknown]; the maximum is 100 [documented]
SEAL = 16


def page(
    call: Call, params: Params, table: Table[R], *scope: str, prefix: str = ""
) -> tuple[list[R], str | None]:
    """One page of a scope of a table, and the token of the next one if there is more."""
    size = params.get("MaxResults", DEFAULT_SIZE)
    after = opened(call, params) if "NextToken" in params else None
    found = table.page(*scope, after=after, prefix=sortable(prefix), size=size + 1)
    more = sealed(call, params, found[size - 1][0]) if len(found) > size else None
    return [record for _, record in found[:size]], more


def sealed(call: Call, params: Params, position: Position) -> str:
    body = json.dumps([call.now, *position], ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(seal(call, params, body) + body).decode()


def opened(call: Call, params: Params) -> Position:
    """Where the page before ended; refuses a token of another request, a changed one and an old one."""
    try:
        token = urlsafe_b64decode(params["NextToken"].encode())
    except (NotBase64, ValueError) as problem:
        raise refused(call) from problem
    given, body = token[:SEAL], token[SEAL:]
    if not hmac.compare_digest(given, seal(call, params, body)):
        raise refused(call)
    issued, value, key = json.loads(body)
    if call.now - issued > call.store.settings.token_seconds:
        raise refused(call)
    return (value, key)


def seal(call: Call, params: Params, body: bytes) -> bytes:
    """Depends on the whole request but for the page's size."""
    rest = {name: value for name, value in params.items() if name not in ("NextToken", "MaxResults")}
    request = json.dumps([call.account, call.region, call.operation, rest], sort_keys=True).encode()
    return hmac.digest(call.store.secret, request + b"\0" + body, sha256)[:SEAL]


def refused(call: Call) -> ServiceError:
    return invalid(call.operation, "The NextToken is not valid for this request")


def page_of(call: Call, params: Params, values: Iterable[tuple[Position, T]]) -> tuple[list[T], str | None]:
    """One page of values that no table lists, each with the position that orders it."""
    size = params.get("MaxResults", DEFAULT_SIZE)
    after = opened(call, params) if "NextToken" in params else None
    found = sorted(value for value in values if after is None or value[0] > after)
    more = sealed(call, params, found[size - 1][0]) if len(found) > size else None
    return [value for _, value in found[:size]], more
