"""A preset of where exports go."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.exports.models import Destination
from console.ui.shapes import fields_from_model

OPERATION = "StartMailboxExportJob"
MEMBERS = {"role_arn": "RoleArn", "kms_key_arn": "KmsKeyArn", "bucket": "S3BucketName", "prefix": "S3Prefix"}
LABELS = {"RoleArn": "Role", "KmsKeyArn": "Key", "S3BucketName": "Bucket", "S3Prefix": "Prefix"}
HELP = {
    "RoleArn": "ARN of the role that WorkMail assumes to write (trusts export.workmail.amazonaws.com).",
    "KmsKeyArn": "ARN of the symmetric key that encrypts the zip, in the organization's region.",
    "S3BucketName": "Must not be public, and lies in the organization's region.",
    "S3Prefix": "Folder in the bucket, such as exports/2026.",
}


class DestinationForm(forms.Form):
    """The members of StartMailboxExportJob that say where to, checked as AWS checks them."""

    name = forms.CharField(max_length=80, help_text="What operators choose from.")

    def __init__(self, *args: Any, destination: Destination, **kwargs: Any) -> None:
        self.destination = destination
        kwargs["initial"] = {name: getattr(destination, name) for name in ("name", *MEMBERS)}
        super().__init__(*args, **kwargs)
        fields = fields_from_model(OPERATION, MEMBERS.values(), LABELS, HELP)
        self.fields |= {name: fields[member] for name, member in MEMBERS.items()}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = Destination.objects.filter(organization=self.destination.organization, name=name)
        if others.exclude(pk=self.destination.pk).exists():
            raise ValidationError("There is a destination of this name already.")
        return name

    def save(self) -> tuple[dict[str, str], dict[str, str]]:
        """Keep it; returns the values of before and after."""
        names = ("name", *MEMBERS)
        before = {name: getattr(self.destination, name) for name in names}
        for name in names:
            setattr(self.destination, name, self.cleaned_data[name])
        self.destination.save()
        return before, {name: self.cleaned_data[name] for name in names}
