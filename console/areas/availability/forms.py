"""Availability configurations as forms: an Exchange server with its sign-in, or a Lambda function.

The password goes from the form to AWS and nowhere else: no page shows it again, no row keeps it, so
it has to be typed whenever the form is sent.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from console.areas.availability.showing import EWS_NEEDS, LAMBDA_NEEDS
from console.ui.forms import OperationForm, WhyForm, nested

ENDPOINT, USERNAME = "EwsProvider.EwsEndpoint", "EwsProvider.EwsUsername"
PASSWORD = "EwsProvider.EwsPassword"
FUNCTION = "LambdaProvider.LambdaArn"


class ProviderForm(OperationForm, WhyForm):
    """One provider of one domain; `test_first` saves only what passes WorkMail's own test."""

    operation = "CreateAvailabilityConfiguration"
    members: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[str]
    needs: ClassVar[str]
    test_first = forms.BooleanField(
        required=False,
        initial=True,
        label="Test first, and save only if the test passes",
        help_text="WorkMail connects to the provider and says what is in the way.",
    )
    labels = {
        "DomainName": "Mail domain of the others",
        ENDPOINT: "Address of Exchange Web Services",
        USERNAME: "Username",
        PASSWORD: "Password",
        FUNCTION: "ARN of the function",
    }
    help_texts = {
        "DomainName": "Such as partner.example; not a domain of this organization.",
        ENDPOINT: "Such as https://mail.partner.example/EWS/Exchange.asmx.",
        USERNAME: "DOMAIN\\username, or an address.",
        PASSWORD: "Goes to AWS and is kept nowhere else; it is never shown again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.members:
            self.fields[name].required = True
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.order_fields([*self.members, "test_first", "reason", "ticket"])

    @property
    def domain(self) -> str:
        return str(self.cleaned_data.get("DomainName", ""))

    @property
    def provider(self) -> dict[str, Any]:
        """The provider as the operations take it, the password with it."""
        typed = {name: self.cleaned_data[name] for name in self.members if name != "DomainName"}
        return nested(typed)


class EwsForm(ProviderForm):
    members: ClassVar[tuple[str, ...]] = ("DomainName", ENDPOINT, USERNAME, PASSWORD)
    kind, needs = "EWS", EWS_NEEDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hide(self)


class LambdaForm(ProviderForm):
    members: ClassVar[tuple[str, ...]] = ("DomainName", FUNCTION)
    kind, needs = "LAMBDA", LAMBDA_NEEDS


class ChangedEwsForm(EwsForm):
    operation = "UpdateAvailabilityConfiguration"
    members = (ENDPOINT, USERNAME, PASSWORD)


class ChangedLambdaForm(LambdaForm):
    operation = "UpdateAvailabilityConfiguration"
    members = (FUNCTION,)


CREATE: Mapping[str, type[ProviderForm]] = {"EWS": EwsForm, "LAMBDA": LambdaForm}
UPDATE: Mapping[str, type[ProviderForm]] = {"EWS": ChangedEwsForm, "LAMBDA": ChangedLambdaForm}


def hide(form: forms.Form) -> None:
    """Typed unseen, and never given back."""
    form.fields[PASSWORD].widget = forms.PasswordInput(
        render_value=False, attrs={"autocomplete": "new-password"}
    )
    form.fields[PASSWORD].strip = False  # type: ignore[attr-defined]  # the model's string is a CharField
