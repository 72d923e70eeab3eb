"""Form fields out of the service model: length, choices, bounds and checks are AWS's, not retyped."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.model import Shape
from django import forms
from django.core.exceptions import ValidationError

from console.aws import model
from console.aws.catalogue import label_from_name

LONG = 200  # from this many characters on the input has several lines
Labels = Mapping[str, str]
# What a pattern means, for those who type; of the others the pattern itself is shown.
WRITTEN = {
    "EmailAddress": "Write it like name@example.com: only a to z, digits and . _ % + - stand before the @.",
    "InstanceArn": "Write it like arn:aws:sso:::instance/ssoins-1234567890abcdef.",
    "ApplicationArn": (
        "Write it like arn:aws:sso::123456789012:application/ssoins-1234567890abcdef/apl-1234567890abcdef."
    ),
    "IdentityCenterApplicationName": "Take letters, digits and + = , . @ - _, without spaces.",
    "s3KeyIdType": (
        "Take letters, digits, - and / alone: WorkMail takes no dot and no underscore here, so an object like"
        " mail.eml needs another name."
    ),
    "s3BucketIdType": "Take small letters, digits and - alone: WorkMail takes no bucket with a dot here.",
    "messageIdType": "Take it as it is: small letters, digits and - alone.",
    "LogGroupArn": "Write it like arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*, with the :* at its end.",
    "RoleArn": "Write it like arn:aws:iam::ACCOUNT:role/NAME.",
    "LambdaArn": "Write it like arn:aws:lambda:REGION:ACCOUNT:function:NAME.",
    "Url": "Write it like https://mail.example.com/EWS/Exchange.asmx.",
    "OrganizationName": "Only letters, digits and single hyphens between them; not d- at its beginning.",
    "DirectoryId": "Write it like d-0123456789.",
}


def fields_from_model(
    operation: str, members: Iterable[str], labels: Labels | None = None, help_texts: Labels | None = None
) -> dict[str, forms.Field]:
    """A field for each member of the operation's input; a dotted path reaches into a structure.

    `KeyError` for a member that the operation does not have, `TypeError` for one that no single
    field can hold.
    """
    labels, help_texts = labels or {}, help_texts or {}
    return {
        path: field_of(
            shape_of(operation, path),
            required=path in model.required_members(operation),
            label=labels.get(path) or spelled(path),
            help_text=help_texts.get(path, ""),
        )
        for path in members
    }


def shape_of(operation: str, path: str) -> Shape:
    first, *rest = path.split(".")
    shape = model.input_members(operation)[first]
    for name in rest:
        shape = shape.members[name]  # type: ignore[attr-defined] # only structures have members: KeyError's cousin
    return shape


def spelled(path: str) -> str:
    """`HiddenFromGlobalAddressList` as a label, for members that nobody gave one."""
    return label_from_name(path.rpartition(".")[2])


def field_of(shape: Shape, **common: Any) -> forms.Field:
    maker = MAKERS.get(shape.type_name)
    if maker is None:
        raise TypeError(f"no single field holds a {shape.type_name}")
    return maker(shape, common)


def _string(shape: Shape, common: dict[str, Any]) -> forms.Field:
    if choices := shape.metadata.get("enum"):
        empty = [] if common["required"] else [("", "–")]  # noqa: RUF001 - a dash for nothing
        return forms.ChoiceField(choices=[*empty, *((each, each) for each in choices)], **common)
    longest = shape.metadata.get("max")
    several = longest is not None and longest > LONG and shape.metadata.get("pattern") == r"[\S\s]*"
    widget = forms.Textarea(attrs={"rows": 3}) if several else forms.TextInput
    return forms.CharField(max_length=longest, widget=widget, validators=[check(shape)], **common)


def _integer(shape: Shape, common: dict[str, Any]) -> forms.Field:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    return forms.IntegerField(min_value=low, max_value=high, **common)


def _boolean(shape: Shape, common: dict[str, Any]) -> forms.Field:
    """Unticked is an answer, too: a required boolean may be false."""
    return forms.BooleanField(**{**common, "required": False})


def _timestamp(shape: Shape, common: dict[str, Any]) -> forms.Field:
    return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **common)


def check(shape: Shape) -> Callable[[Any], None]:
    """A validator that asks the model about one value."""

    def validate(value: Any) -> None:
        if found := [each for each in model.find_problems(shape, value) if each.code != "maximum"]:
            raise ValidationError([_said(shape, each) for each in found])

    return validate


def _said(shape: Shape, problem: model.Problem) -> str:
    written = WRITTEN.get(shape.name) if problem.code == "pattern" else None
    return written or sentence(problem)


def sentence(problem: model.Problem) -> str:
    """A problem of the model as a form says it."""
    return f"This {problem.message}." if problem.code != "required" else "This field is required."


MAKERS: dict[str, Callable[[Shape, dict[str, Any]], forms.Field]] = {
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
}
