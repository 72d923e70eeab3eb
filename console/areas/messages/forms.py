"""Forms of messages in transit."""

from typing import Any

from console.ui.forms import OperationForm, RequiredReasonForm

ID_HELP = (
    "As the Lambda function of the mail flow rule was called with it. It can be read for 24 hours after"
    " the message was sent or received."
)


class OpenMessageForm(OperationForm, RequiredReasonForm):
    operation = "GetRawMessageContent"
    members = ("messageId",)
    labels = {"messageId": "Message id"}
    help_texts = {"messageId": ID_HELP}


BUCKET, KEY, VERSION = (f"content.s3Reference.{name}" for name in ("bucket", "key", "objectVersion"))


class ReplaceMessageForm(OperationForm, RequiredReasonForm):
    operation = "PutRawMessageContent"
    members = ("messageId", BUCKET, KEY, VERSION)
    labels = {"messageId": "Message id", BUCKET: "Bucket", KEY: "Key", VERSION: "Version of the object"}
    help_texts = {
        "messageId": ID_HELP,
        BUCKET: "In the organization's Region, with a policy that lets workmail.REGION.amazonaws.com read.",
        KEY: "Letters, digits, - and / only: WorkMail takes a key with a dot or an underscore from nobody.",
        VERSION: "Empty: the latest one.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (BUCKET, KEY):
            self.fields[name].required = True
