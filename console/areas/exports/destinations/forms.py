"""A preset of where exports go."""

from typing import Any

from console.areas.exports.models import Destination
from console.ui.shapes import fields_from_model
from console.web.record_forms import RecordForm

OPERATION = "StartMailboxExportJob"
MEMBERS = {"role_arn": "RoleArn", "kms_key_arn": "KmsKeyArn", "bucket": "S3BucketName", "prefix": "S3Prefix"}
LABELS = {"RoleArn": "Role", "KmsKeyArn": "Key", "S3BucketName": "Bucket", "S3Prefix": "Prefix"}
HELP = {
    "RoleArn": "ARN of the role that WorkMail assumes to write (trusts export.workmail.amazonaws.com).",
    "KmsKeyArn": "ARN of the symmetric key that encrypts the zip, in the organization's region.",
    "S3BucketName": "Must not be public, and lies in the organization's region.",
    "S3Prefix": "Folder in the bucket, such as exports/2026.",
}


class DestinationForm(RecordForm):
    """The members of StartMailboxExportJob that say where to, checked as AWS checks them."""

    action = "ManageExportDestinations"

    class Meta:
        model = Destination
        fields = ["name", *MEMBERS]
        help_texts = {"name": "The name that operators select."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = fields_from_model(OPERATION, MEMBERS.values(), LABELS, HELP)
        self.fields |= {name: fields[member] for name, member in MEMBERS.items()}
