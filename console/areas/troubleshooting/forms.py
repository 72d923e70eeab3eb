"""Form with the network and the device of the user."""

from django import forms


class ConnectionForm(forms.Form):
    """Enter the user's network and device (GET); without an address, one in no named network is used."""

    address = forms.GenericIPAddressField(
        label="IPv4 address",
        protocol="IPv4",
        required=False,
        help_text="As a site that tells one's own shows it.",
    )
    device = forms.CharField(
        label="Type of the phone", max_length=256, required=False, help_text="Such as iPhone; empty: none."
    )
    device_id = forms.CharField(
        label="Its device id", max_length=32, required=False, help_text="From AWS's own console."
    )
