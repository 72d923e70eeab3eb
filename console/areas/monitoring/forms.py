"""The form of email event logging: a log group, and optionally a role."""

from typing import Any

from console.ui.forms import OperationForm, ReasonForm
from console.web.arn import OrganizationArn


class MonitoringForm(OperationForm, ReasonForm):
    """The log group and role; WorkMail finds neither outside `place`, the organization's own [inferred]."""

    operation = "PutEmailMonitoringConfiguration"
    members = ("LogGroupArn", "RoleArn")
    labels = {"LogGroupArn": "ARN of the log group", "RoleArn": "ARN of the role"}
    help_texts = {
        "LogGroupArn": "It has to exist, in the same account and region, and its ARN ends in :*.",
        "RoleArn": "Empty for WorkMail's own role, which needs no policies. While the console's own role has"
        " AWS's policy AmazonWorkMailFullAccess alone, the name has to contain “workmail”.",
    }
    field_order = ("LogGroupArn", "RoleArn", "reason", "ticket")

    def __init__(self, *args: Any, place: OrganizationArn, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        for name in self.members:
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._require_own("LogGroupArn", self.place.region, self.place.account)
        self._require_own("RoleArn", "", self.place.account)
        return cleaned

    def _require_own(self, member: str, region: str, account: str) -> None:
        """Require the organization's region and account, if they are known."""
        parts = str(self.cleaned_data.get(member) or "").split(":")
        if len(parts) < 5 or not self.place.is_known:
            return
        if parts[3] != region:
            self.add_error(member, f"It has to be in the organization's region, {region}.")
        if parts[4] != account:
            self.add_error(member, f"It has to be in the organization's account, {account}.")

    def asked(self) -> dict[str, Any]:
        """Return the members that have a value; without a role WorkMail uses its own."""
        return {name: self.cleaned_data[name] for name in self.members if self.cleaned_data[name]}
