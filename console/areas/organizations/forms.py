"""Forms to create, add, delete and tag an organization."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from console.aws import errors, model
from console.ui.forms import ConfirmForm, OperationForm
from console.web.operation_forms import WriteForm

ALIAS_TAKEN = "Another organization has this alias, here or in another account: take another one."


class CreateOrganizationForm(OperationForm, WriteForm):
    """Create an organization; `domains` has one domain per line, with an optional hosted zone id."""

    operation = "CreateOrganization"
    members = ("Alias", "DirectoryId", "KmsKeyArn", "EnableInteroperability")
    labels = {
        "DirectoryId": "Existing directory",
        "KmsKeyArn": "Key of your own",
        "EnableInteroperability": "Interoperate with Microsoft Exchange",
    }
    help_texts = {
        "Alias": "Letters, digits and hyphens, not beginning with d-. Nobody in the world may have it,"
        " and it never changes: web mail is at https://ALIAS.awsapps.com/mail.",
        "DirectoryId": "Id (d-…) of a directory in AWS Directory Service; empty: WorkMail makes one."
        " With one, the alias has to be the directory's.",
        "KmsKeyArn": "ARN of a KMS key that encrypts the mailboxes. Empty: one of AWS. It never changes.",
        "EnableInteroperability": "Needs an AD Connector as directory. People and groups are then kept in"
        " Exchange, and it cannot be taken back.",
    }
    domains = forms.CharField(
        label="Mail domains",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One a line, at most five. Behind it, after a space, the id of its hosted zone, if Route 53"
        " is to get its records. More can follow later.",
    )
    field_order = (*members[:1], "domains", *members[1:], "reason", "ticket")

    def clean_domains(self) -> list[dict[str, str]]:
        lines = [line.split() for line in self.cleaned_data["domains"].splitlines() if line.strip()]
        if any(len(line) > 2 for line in lines):
            raise ValidationError("Each line has a domain, and at most the id of a hosted zone behind it.")
        domains = [dict(zip(("DomainName", "HostedZoneId"), line, strict=False)) for line in lines]
        shape = model.input_members("CreateOrganization")["Domains"]
        if problems := list(model.find_problems(shape, domains)):
            raise ValidationError([f"{each.field or 'The list'} {each.message}." for each in problems])
        return domains

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("EnableInteroperability") and not cleaned.get("DirectoryId"):
            self.add_error("DirectoryId", "Interoperability needs the id of an AD Connector.")
        return cleaned

    def params(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.members}
        values["Domains"] = self.cleaned_data["domains"]
        return {name: value for name, value in values.items() if value}

    def success(self) -> str:
        return "WorkMail sets it up now, which takes some minutes."

    def add_failure(self, failure: errors.CallFailed) -> bool:
        if getattr(failure, "code", "") == "NameAvailabilityException":
            self.add_error("Alias", ALIAS_TAKEN)
            return True
        return super().add_failure(failure)


class DeleteOrganizationForm(ConfirmForm):
    """First page of a deletion: type the alias and choose what is deleted with the organization."""

    reason = forms.CharField(max_length=500, help_text="Kept in the ledger, and shown on the next page.")
    ForceDelete = forms.BooleanField(
        required=False,
        label="Delete it although people are enabled (ForceDelete)",
        help_text="Without this WorkMail refuses while anybody still has a mailbox.",
    )
    DeleteDirectory = forms.BooleanField(
        required=False,
        label="Delete the directory, too (DeleteDirectory)",
        help_text="Possible only if no other AWS application uses it. A directory that is kept may be charged"
        " for from then on.",
    )
    DeleteIdentityCenterApplication = forms.BooleanField(
        required=False,
        label="Delete its application in IAM Identity Center, too (DeleteIdentityCenterApplication)",
        help_text="People's assignments to it go with it.",
    )
    field_order: tuple[str, ...] = (  # type: ignore[assignment]  # more fields than its base has
        "ForceDelete",
        "DeleteDirectory",
        "DeleteIdentityCenterApplication",
        "typed",
        "reason",
        "ticket",
    )

    @property
    def chosen(self) -> dict[str, bool]:
        return {name: bool(self.cleaned_data[name]) for name in DELETION_FLAGS}


DELETION_FLAGS = ("DeleteDirectory", "ForceDelete", "DeleteIdentityCenterApplication")


class ConfirmDeletionForm(WriteForm):
    """Second page of a deletion; `first` carries the signed `choices` of the first page."""

    operation = "DeleteOrganization"
    first = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        del self.fields["reason"], self.fields["ticket"]  # they were entered on the first page

    def why(self) -> dict[str, str]:
        return {name: self.choices[name] for name in ("reason", "ticket")}

    def params(self) -> dict[str, Any]:
        return {
            name: self.choices[name]
            for name in DELETION_FLAGS
            if self.choices[name] or name == "DeleteDirectory"
        }

    def success(self) -> str:
        return f"WorkMail is deleting {self.choices['alias']}."

    def add_failure(self, failure: errors.CallFailed) -> bool:
        """Return false: this page has no field to correct."""
        return False


class AddOrganizationForm(forms.Form):
    """Choose the name of a new organization in the console's URLs."""

    slug = forms.SlugField(max_length=62, label="Its word in addresses", validators=[validate_slug])


RESERVED_PREFIX = "aws:"  # as everywhere in AWS


class TagForm(WriteForm):
    """Set a tag; a key that exists gets the new value [documented]."""

    operation = "TagResource"
    submit = "Add"
    note = "A key that is there already gets the new value. An organization has at most 50 tags."

    key = forms.CharField(help_text="Such as owner or cost-centre.")
    value = forms.CharField(required=False, help_text="May be empty.")
    field_order = ("key", "value", "reason", "ticket")

    def __init__(self, *args: Any, arn: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arn = arn
        tag: Any = model.input_members("TagResource")["Tags"]
        for name, member in (("key", "Key"), ("value", "Value")):
            longest = tag.member.members[member].metadata["max"]
            self.fields[name].max_length = longest  # type: ignore[attr-defined]  # both are CharFields
            self.fields[name].widget.attrs["maxlength"] = longest

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key.lower().startswith(RESERVED_PREFIX):
            raise forms.ValidationError(f"AWS keeps keys that begin with {RESERVED_PREFIX} for itself.")
        return key

    @property
    def title(self) -> str:
        return "Add a tag"

    def params(self) -> dict[str, Any]:
        tag = {"Key": self.cleaned_data["key"], "Value": self.cleaned_data["value"]}
        return {"ResourceARN": self.arn, "Tags": [tag]}

    def success(self) -> str:
        return f"The tag {self.cleaned_data['key']} is set."


class RemoveTagForm(WriteForm):
    operation = "UntagResource"
    key = forms.CharField(strip=False)

    def __init__(self, *args: Any, arn: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arn = arn

    def params(self) -> dict[str, Any]:
        return {"ResourceARN": self.arn, "TagKeys": [self.cleaned_data["key"]]}

    def success(self) -> str:
        return f"The tag {self.cleaned_data['key']} is removed."
