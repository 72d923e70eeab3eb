"""Form fields made from the service model, and a field with one value per line."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.model import Shape
from django import forms
from django.core.exceptions import ValidationError

from console.aws import model
from console.aws.catalogue import label_from_name

MULTILINE_LENGTH = 200  # from this many characters on the input has several lines
Labels = Mapping[str, str]
# What a pattern means, for those who type; of the others the pattern itself is shown.
PATTERN_MESSAGES = {
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
    """Return a form field for each member of an operation's input; a dotted path names a nested one.

    `KeyError` for a member that the operation does not have, `TypeError` for one that no single
    field can hold.
    """
    labels, help_texts = labels or {}, help_texts or {}
    return {
        path: build_field(
            get_shape(operation, path),
            required=path in model.required_members(operation),
            label=labels.get(path) or member_label(path),
            help_text=help_texts.get(path, ""),
        )
        for path in members
    }


def get_shape(operation: str, path: str) -> Shape:
    first, *rest = path.split(".")
    shape = model.input_members(operation)[first]
    for name in rest:
        shape = shape.members[name]  # type: ignore[attr-defined] # only structures have members: KeyError's cousin
    return shape


def member_label(path: str) -> str:
    """Return a default label of a member: `HiddenFromGlobalAddressList` in words."""
    return label_from_name(path.rpartition(".")[2])


def build_field(shape: Shape, **common: Any) -> forms.Field:
    maker = FIELD_BUILDERS.get(shape.type_name)
    if maker is None:
        raise TypeError(f"no single field holds a {shape.type_name}")
    return maker(shape, common)


def _string_field(shape: Shape, common: dict[str, Any]) -> forms.Field:
    if choices := shape.metadata.get("enum"):
        empty = [] if common["required"] else [("", "–")]  # noqa: RUF001 - a dash for nothing
        return forms.ChoiceField(choices=[*empty, *((each, each) for each in choices)], **common)
    longest = shape.metadata.get("max")
    several = (
        longest is not None and longest > MULTILINE_LENGTH and shape.metadata.get("pattern") == r"[\S\s]*"
    )
    widget = forms.Textarea(attrs={"rows": 3}) if several else forms.TextInput
    return forms.CharField(max_length=longest, widget=widget, validators=[model_validator(shape)], **common)


def _integer_field(shape: Shape, common: dict[str, Any]) -> forms.Field:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    return forms.IntegerField(min_value=low, max_value=high, **common)


def _boolean_field(shape: Shape, common: dict[str, Any]) -> forms.Field:
    """Return a field that accepts false; a required boolean may be false."""
    return forms.BooleanField(**{**common, "required": False})


def _timestamp_field(shape: Shape, common: dict[str, Any]) -> forms.Field:
    return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **common)


def model_validator(shape: Shape) -> Callable[[Any], None]:
    """Return a validator that checks one value against the model."""

    def validate(value: Any) -> None:
        if found := [each for each in model.find_problems(shape, value) if each.code != "maximum"]:
            raise ValidationError([_problem_message(shape, each) for each in found])

    return validate


def _problem_message(shape: Shape, problem: model.Problem) -> str:
    written = PATTERN_MESSAGES.get(shape.name) if problem.code == "pattern" else None
    return written or problem_sentence(problem)


def problem_sentence(problem: model.Problem) -> str:
    """Return a problem of the model as a form error."""
    return f"This {problem.message}." if problem.code != "required" else "This field is required."


FIELD_BUILDERS: dict[str, Callable[[Shape, dict[str, Any]], forms.Field]] = {
    "string": _string_field,
    "integer": _integer_field,
    "long": _integer_field,
    "boolean": _boolean_field,
    "timestamp": _timestamp_field,
}


class LinesField(forms.CharField):
    """A text area with one value per line; `values_of` parses a line."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "autocomplete": "off"})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        found: list[Any] = []
        mistakes: list[str] = []
        for line in dict.fromkeys(filter(None, lines)):
            try:
                found += self.values_of(line)
            except ValidationError as mistake:
                mistakes += mistake.messages
        if mistakes:
            raise ValidationError(mistakes)
        return list(dict.fromkeys(found))

    def values_of(self, line: str) -> list[Any]:
        return [line]
