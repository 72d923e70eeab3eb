"""What never reaches the ledger, a log, the broker or a page.

The model marks names and telephones as `sensitive` too: those are what an auditor must see. Secrets
are few, and one of them (`AssumeImpersonationRole`'s token) the model does not mark at all.
"""

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from console.aws import model

SECRET_SHAPES = frozenset({"Password", "ImpersonationToken"})
REDACTED = "[secret]"


def redact(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call with every secret replaced."""
    return dict(_clean(model.operation(operation).input_shape, params))


def redact_result(operation: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a call with every secret replaced."""
    return dict(_clean(model.operation(operation).output_shape, result))


def is_secret(shape: Shape) -> bool:
    return shape.name in SECRET_SHAPES or shape.type_name == "blob"


def _replaced(value: Any) -> Any:
    """Of a message its size stays: it says how much somebody was given to read."""
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    return REDACTED if value else value


def _clean(shape: Any, value: Any) -> Any:
    """Members that the model does not know are secrets until somebody has looked at them."""
    if shape is None or is_secret(shape):
        return _replaced(value)
    if shape.type_name == "structure":
        return {name: _clean(shape.members.get(name), member) for name, member in value.items()}
    if shape.type_name == "list":
        return [_clean(shape.member, member) for member in value]
    if shape.type_name == "map":
        return {name: _clean(shape.value, member) for name, member in value.items()}
    return value
