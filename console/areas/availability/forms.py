"""Forms of availability configurations; the password goes to AWS and is not stored or shown again.

The password goes from the form to AWS and nowhere else: no page shows it again, no row keeps it, so
it has to be typed whenever the form is sent.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from console.areas.availability.display import EWS_NEEDS, LAMBDA_NEEDS
from console.ui.forms import OperationForm, ReasonForm, nest_paths

ENDPOINT, USERNAME = "EwsProvider.EwsEndpoint", "EwsProvider.EwsUsername"
PASSWORD = "EwsProvider.EwsPassword"
FUNCTION = "LambdaProvider.LambdaArn"


class ProviderForm(OperationForm, ReasonForm):
    """The provider of one mail domain; `test_first` saves only what passes WorkMail's test."""

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
        """Return the provider as the operations take it, with the password."""
        typed = {name: self.cleaned_data[name] for name in self.members if name != "DomainName"}
        return nest_paths(typed)


class EwsForm(ProviderForm):
    members: ClassVar[tuple[str, ...]] = ("DomainName", ENDPOINT, USERNAME, PASSWORD)
    kind, needs = "EWS", EWS_NEEDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hide_password(self)


class LambdaForm(ProviderForm):
    members: ClassVar[tuple[str, ...]] = ("DomainName", FUNCTION)
    kind, needs = "LAMBDA", LAMBDA_NEEDS


class EwsUpdateForm(EwsForm):
    operation = "UpdateAvailabilityConfiguration"
    members = (ENDPOINT, USERNAME, PASSWORD)


class LambdaUpdateForm(LambdaForm):
    operation = "UpdateAvailabilityConfiguration"
    members = (FUNCTION,)


CREATE_FORMS: Mapping[str, type[ProviderForm]] = {"EWS": EwsForm, "LAMBDA": LambdaForm}
UPDATE_FORMS: Mapping[str, type[ProviderForm]] = {"EWS": EwsUpdateForm, "LAMBDA": LambdaUpdateForm}


def hide_password(form: forms.Form) -> None:
    """Make the password a password input, which is never filled in again."""
    form.fields[PASSWORD].widget = forms.PasswordInput(
        render_value=False, attrs={"autocomplete": "new-password"}
    )
    form.fields[PASSWORD].strip = False  # type: ignore[attr-defined]  # the model's string is a CharField
