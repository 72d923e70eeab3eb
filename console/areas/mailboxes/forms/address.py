"""An address that somebody asks about."""

from console.ui.forms import OperationForm


class AddressForm(OperationForm):
    operation = "DescribeEntity"
    members = ("Email",)
    labels = {"Email": "Address"}
