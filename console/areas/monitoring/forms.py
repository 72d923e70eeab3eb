"""Forms that start and stop email event logging."""

from collections.abc import Mapping
from typing import Any

from console.areas.monitoring import display
from console.aws import errors
from console.ui.forms import OperationForm
from console.web.arn import OrganizationArn
from console.web.operation_forms import ConfirmWriteForm, WriteForm


class MonitoringForm(OperationForm, WriteForm):
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

    def params(self) -> dict[str, Any]:
        """Return the members that have a value; without a role WorkMail uses its own."""
        return {name: self.cleaned_data[name] for name in self.members if self.cleaned_data[name]}

    def expected_values(self) -> Mapping[str, Any]:
        return self.current

    def success(self) -> str:
        return "E-mail events are logged from now on."

    def add_failure(self, failure: errors.CallFailed) -> bool:
        if isinstance(failure, errors.Refused) and failure.code == "ResourceNotFoundException":
            self.add_error(None, f"{display.NOT_FOUND} WorkMail says: {failure}")
            return True
        return super().add_failure(failure)


class StopLoggingForm(ConfirmWriteForm):
    operation = "DeleteEmailMonitoringConfiguration"
    submit = "Stop logging"
    question = "Stop logging e-mail events?"
    consequences = (
        "From then on nobody can look up who sent what to whom, and why a message was refused.",
        "What is in the log group stays there, and so do the log group and the role.",
    )

    def params(self) -> dict[str, Any]:
        return {}

    def success(self) -> str:
        return "E-mail events are not logged any more."
