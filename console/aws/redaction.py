"""Remove secrets from parameters and results before they reach the audit log, logs or pages.

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
    """Return the parameters with every secret replaced."""
    return dict(_redact_value(model.get_operation(operation).input_shape, params))


def redact_result(operation: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result with every secret replaced."""
    return dict(_redact_value(model.get_operation(operation).output_shape, result))


def is_secret(shape: Shape) -> bool:
    return shape.name in SECRET_SHAPES or shape.type_name == "blob"


def _mask_value(value: Any) -> Any:
    """Return a placeholder, with the size of a message."""
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    return REDACTED if value else value


def _redact_value(shape: Any, value: Any) -> Any:
    """Redact secrets; members unknown to the model count as secrets."""
    if shape is None or is_secret(shape):
        return _mask_value(value)
    if shape.type_name == "structure":
        return {name: _redact_value(shape.members.get(name), member) for name, member in value.items()}
    if shape.type_name == "list":
        return [_redact_value(shape.member, member) for member in value]
    if shape.type_name == "map":
        return {name: _redact_value(shape.value, member) for name, member in value.items()}
    return value
