"""What can be changed about a group's record: whether the address book shows it."""

from console.ui.forms import OperationForm, ReasonForm


class HiddenForm(OperationForm, ReasonForm):
    """`current` is what DescribeGroup shows now; `subject` is the group's id."""

    operation = "UpdateGroup"
    members = ("HiddenFromGlobalAddressList",)
    labels = {"HiddenFromGlobalAddressList": "Hidden from the address book"}
    help_texts = {
        "HiddenFromGlobalAddressList": "Mail still arrives, and so it does for whoever knows the address."
        " Outlook may take two hours to show a group again."
    }
    field_order = ("HiddenFromGlobalAddressList", "reason", "ticket")

    @property
    def hides(self) -> bool:
        return bool(self.cleaned_data["HiddenFromGlobalAddressList"])
