"""Forms of messages in transit."""

from typing import Any

from console.aws import errors
from console.ui.forms import OperationForm, RequiredReasonForm
from console.web import aws_errors
from console.web.operation_forms import WriteForm

ID_HELP = (
    "As the Lambda function of the mail flow rule was called with it. It can be read for 24 hours after"
    " the message was sent or received."
)
NOT_FOUND = (
    "No message in transit has this id. WorkMail forgets them 24 hours after they were sent or received;"
    " what was delivered is in the mailbox."
)


class OpenMessageForm(OperationForm, RequiredReasonForm):
    operation = "GetRawMessageContent"
    members = ("messageId",)
    labels = {"messageId": "Message id"}
    help_texts = {"messageId": ID_HELP}

    def add_failure(self, failure: errors.CallFailed) -> bool:
        """Add the failure to the form; return false if it needs a page of its own."""
        return add_not_found(self, failure) or aws_errors.add_to_form(self, failure)


BUCKET, KEY, VERSION = (f"content.s3Reference.{name}" for name in ("bucket", "key", "objectVersion"))


class ReplaceMessageForm(OperationForm, RequiredReasonForm, WriteForm):
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

    def params(self) -> dict[str, Any]:
        return self.whole()

    def success(self) -> str:
        return "WorkMail has the new text. Whether anybody gets it depends on the rule that waits for it."

    def add_failure(self, failure: errors.CallFailed) -> bool:
        return add_not_found(self, failure) or super().add_failure(failure)


def add_not_found(form: OperationForm, failure: errors.CallFailed) -> bool:
    """Add the failure to the form if no message has the id; return whether that is so."""
    if getattr(failure, "code", "") != "ResourceNotFoundException":
        return False
    form.add_error("messageId", NOT_FOUND)
    return True
