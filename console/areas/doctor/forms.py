"""From where she comes, and with what: what the rules are held against."""

from django import forms


class WhereForm(forms.Form):
    """A GET form; without an address the one of nobody's network is taken."""

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
