"""Forms of mailbox exports and of export destinations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from console.areas.exports.models import Destination
from console.areas.exports.selection import MailboxChoiceForm
from console.mirror import lookup
from console.mirror.mailboxes import Obstacle, get_mailbox
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.ui.address_list import parse_addresses
from console.ui.form_fields import fields_from_model
from console.web.record_forms import RecordDeletionForm, RecordForm

MAX_MAILBOXES = 2000
MAX_NAMES_IN_ERROR = 5  # how many unknown names an error lists


class ExportForm(MailboxChoiceForm):
    """Mailboxes as a pasted list of email addresses, aliases, usernames or ids, and a destination."""

    mailboxes = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Email addresses or usernames, separated by commas, semicolons or lines.",
    )
    destination = forms.ModelChoiceField(Destination.objects.none(), empty_label=None)
    field_order = ("mailboxes", "which", "days", "destination", "reason", "ticket")

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        entities: EntityQuerySet,
        destinations: QuerySet[Destination],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.entities = entities
        self.fields["destination"].queryset = destinations  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["reason"].required = True
        self.fields["reason"].help_text = "Who asked for it and why. Kept in the ledger and with the export."

    def clean_mailboxes(self) -> list[Entity]:
        names = [each.text for each in parse_addresses(self.cleaned_data["mailboxes"])]
        if len(names) > MAX_MAILBOXES:
            raise ValidationError(f"At most {MAX_MAILBOXES:,} mailboxes at once; these are {len(names):,}.")
        resolved = lookup.resolve_words(self.entities, self.organization, names, display_names=True)
        self._require_one_meaning(resolved)
        known = resolved.one.keys() | resolved.offered.keys()
        self._require_known([name for name in names if name.lower() not in known])
        mailboxes = list({entity.pk: entity for entity in resolved.one.values()}.values())
        self._require_exportable(mailboxes)
        return mailboxes

    def _require_one_meaning(self, resolved: lookup.ResolvedWords) -> None:
        for word, meant in resolved.offered.items():
            users = ", ".join(each.email or each.name for each in meant)
            self.add_error("mailboxes", f"“{word}” can mean {users}. Enter the one you want.")

    def _require_known(self, unknown: list[str]) -> None:
        if unknown:
            raise ValidationError(
                f"No mailbox has the address or username {join_names(unknown)}."
                " Correct or remove them; nothing"
                " was queued."
            )

    def _require_exportable(self, entities: list[Entity]) -> None:
        reasons: dict[Obstacle, list[str]] = {}
        for entity in entities:
            reasons.setdefault(get_mailbox(entity).obstacle, []).append(entity.email or entity.name)
        reasons.pop(Obstacle.NONE, None)
        if reasons:
            raise ValidationError(
                [
                    f"{reason.label}: {join_names(names)}. Nothing was queued."
                    for reason, names in reasons.items()
                ]
            )


def join_names(names: list[str]) -> str:
    more = len(names) - MAX_NAMES_IN_ERROR
    return ", ".join(names[:MAX_NAMES_IN_ERROR]) + (f" and {more} more" if more > 0 else "")


DESTINATION_OPERATION = "StartMailboxExportJob"
DESTINATION_MEMBERS = {
    "role_arn": "RoleArn",
    "kms_key_arn": "KmsKeyArn",
    "bucket": "S3BucketName",
    "prefix": "S3Prefix",
}
DESTINATION_LABELS = {"RoleArn": "Role", "KmsKeyArn": "Key", "S3BucketName": "Bucket", "S3Prefix": "Prefix"}
DESTINATION_HELP = {
    "RoleArn": "ARN of the role that WorkMail assumes to write (trusts export.workmail.amazonaws.com).",
    "KmsKeyArn": "ARN of the symmetric key that encrypts the zip, in the organization's region.",
    "S3BucketName": "Must not be public, and lies in the organization's region.",
    "S3Prefix": "Folder in the bucket, such as exports/2026.",
}


class DestinationForm(RecordForm):
    """An export destination, checked by the members of StartMailboxExportJob."""

    action = "ManageExportDestinations"
    new_title = "New destination"

    class Meta:
        model = Destination
        fields = ["name", *DESTINATION_MEMBERS]
        help_texts = {"name": "The name that operators select."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = fields_from_model(
            DESTINATION_OPERATION, DESTINATION_MEMBERS.values(), DESTINATION_LABELS, DESTINATION_HELP
        )
        self.fields |= {name: fields[member] for name, member in DESTINATION_MEMBERS.items()}


class DestinationDeletionForm(RecordDeletionForm):
    action = DestinationForm.action
    submit = "Remove"
    consequences = ("Exports that were already requested keep it. The bucket itself is not touched.",)

    @property
    def title(self) -> str:
        return f"Remove the destination {self.row.name}?"

    def success(self) -> str:
        return f"{self.row.name} is no longer offered."
