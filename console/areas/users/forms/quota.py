"""How large a person's mailbox may become."""

from typing import Any

from django import forms

from console.ui.forms import OperationForm, ReplaceForm

LARGEST = 51_200  # MB, which the model does not know [documented]


class QuotaForm(ReplaceForm, OperationForm):
    operation = "UpdateMailboxQuota"
    members = ("MailboxQuota",)
    labels = {"MailboxQuota": "Quota in MB"}
    help_texts = {"MailboxQuota": f"1 to {LARGEST:,} MB. WorkMail warns the owner at 90 %."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quota: forms.IntegerField = self.fields["MailboxQuota"]  # type: ignore[assignment]  # the model's integer
        quota.max_value = LARGEST
        quota.widget.attrs["max"] = LARGEST
        self.order_fields(["MailboxQuota", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("MailboxQuota") or 0) > LARGEST:
            self.add_error("MailboxQuota", f"At most {LARGEST:,} MB.")
        return cleaned
