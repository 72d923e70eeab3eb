"""The smallest valid value of any shape of the model, and values with a mark in every secret."""

from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

from console.aws import model
from console.aws.redaction import is_secret

ID = "11111111-2222-3333-4444-555555555555"
CANDIDATES = (
    ID,
    "m-" + "0" * 32,
    "r-" + "0" * 32,
    "ada@example.com",
    "example.com",
    "Ada",
    "d-0123456789",
    "10.0.0.1",
    "10.0.0.0/8",
    "https://example.com/ews",
    "arn:aws:iam::123456789012:role/export",
    "arn:aws:kms:us-east-1:123456789012:key/" + ID,
    "arn:aws:lambda:us-east-1:123456789012:function:free",
    "arn:aws:logs:us-east-1:123456789012:log-group:mail:*",
    "arn:aws:workmail:us-east-1:123456789012:organization/m-" + "0" * 32,
    "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    "arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-0123456789abcdef",
)


def params(operation: str, secret: str = "") -> dict[str, Any]:
    """Valid parameters: what is required, and with `secret` every member that carries one, too."""
    shape: Any = model.get_operation(operation).input_shape
    made = {name: value(shape.members[name], secret) for name in shape.required_members}
    token = model.token_member(operation)
    if token:
        made[token] = ID
    if secret:
        made |= {
            name: value(member, secret) for name, member in shape.members.items() if holds_secret(member)
        }
    return made


def result(operation: str, secret: str = "") -> dict[str, Any]:
    shape: Any = model.get_operation(operation).output_shape
    if shape is None:
        return {}
    return {
        name: value(member, secret, whole=True)
        for name, member in shape.members.items()
        if name != "NextToken"
    }


def value(shape: Any, secret: str = "", *, whole: bool = False) -> Any:
    """`whole` fills optional members, too, as an answer does."""
    if is_secret(shape):
        return f"Aa1!{secret}" if shape.type_name == "string" else f"Aa1!{secret}".encode()
    makers: dict[str, Any] = {
        "structure": lambda: {
            name: value(each, secret, whole=whole) for name, each in wanted(shape, secret, whole).items()
        },
        "list": lambda: [value(shape.member, secret, whole=whole)],
        "map": lambda: {value(shape.key): value(shape.value, secret)},
        "string": lambda: text(shape),
        "boolean": lambda: True,
        "timestamp": lambda: datetime(2026, 11, 21, tzinfo=UTC),
    }
    return makers.get(shape.type_name, lambda: shape.metadata.get("min") or 1)()


def wanted(shape: Any, secret: str, whole: bool) -> dict[str, Shape]:
    if whole:
        return dict(shape.members)
    hidden = {name for name, member in shape.members.items() if secret and holds_secret(member)}
    return {
        name: member for name, member in shape.members.items() if name in {*shape.required_members, *hidden}
    }


def text(shape: Shape) -> str:
    allowed = (*shape.metadata.get("enum", ()), *CANDIDATES, "x" * shape.metadata.get("min", 1))
    fitting = (each for each in allowed if not list(model.find_problems(shape, each)))
    return str(next(fitting))


def holds_secret(shape: Any) -> bool:
    if shape.type_name == "structure":
        return any(holds_secret(member) for member in shape.members.values())
    return is_secret(shape)
