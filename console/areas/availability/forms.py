"""Forms of availability configurations; the password goes to AWS and is not stored or shown again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from console.areas.availability.display import EWS_NEEDS, LAMBDA_NEEDS
from console.aws import changed_fields, errors
from console.ui.forms import OperationForm, nest_paths
from console.web.operation_forms import ConfirmWriteForm, WriteForm

ENDPOINT, USERNAME = "EwsProvider.EwsEndpoint", "EwsProvider.EwsUsername"
PASSWORD = "EwsProvider.EwsPassword"
FUNCTION = "LambdaProvider.LambdaArn"
DOMAIN_TAKEN = "This domain has a configuration already: change that one."


class ProviderForm(OperationForm, WriteForm):
    """The provider of one mail domain; `test_first` saves only what passes WorkMail's test.

    `partner` is the domain of the configuration that is changed; a new one's domain is a field.
    """

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

    def __init__(
        self, *args: Any, partner: str = "", current: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, current=current, **kwargs)
        self.partner, self.configuration = partner, current
        for name in self.members:
            self.fields[name].required = True
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.order_fields([*self.members, "test_first", "reason", "ticket"])

    @property
    def domain(self) -> str:
        return self.partner or str(self.cleaned_data.get("DomainName", ""))

    @property
    def provider(self) -> dict[str, Any]:
        """Return the provider as the operations take it, with the password."""
        typed = {name: self.cleaned_data[name] for name in self.members if name != "DomainName"}
        return nest_paths(typed)

    @property
    def title(self) -> str:
        return f"Change {self.partner}" if self.partner else "New availability configuration"

    def params(self) -> dict[str, Any]:
        return {"DomainName": self.domain, **self.provider}

    def success(self) -> str:
        return f"WorkMail asks {self.domain} from now on."

    def expected_values(self) -> Mapping[str, Any] | None:
        if self.configuration is None:
            return None
        listing = {"ListAvailabilityConfigurations": {"AvailabilityConfigurations": [self.configuration]}}
        return changed_fields.read_values(self.operation, listing, {"DomainName": self.partner})

    def add_failure(self, failure: errors.CallFailed) -> bool:
        """Add the failure; here a name in use is a domain with a configuration."""
        if getattr(failure, "code", "") != "NameAvailabilityException":
            return super().add_failure(failure)
        self.add_error("DomainName" if "DomainName" in self.fields else None, DOMAIN_TAKEN)
        return True


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


class ConfigurationRemovalForm(ConfirmWriteForm):
    operation = "DeleteAvailabilityConfiguration"
    submit = "Remove the configuration"

    def __init__(self, *args: Any, partner: str, configuration: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.consequences = (
            f"Nobody here sees any more when people of {partner} are free. Mail is not affected.",
        )
        if configuration.get("ProviderType") == "EWS":
            self.consequences += (
                "To take it up again, the password has to be typed again: WorkMail does not give it out.",
            )

    @property
    def title(self) -> str:
        return f"Stop asking {self.partner}"

    def params(self) -> dict[str, Any]:
        return {"DomainName": self.partner}

    def success(self) -> str:
        return f"WorkMail asks {self.partner} no more."


def hide_password(form: forms.Form) -> None:
    """Make the password a password input, which is never filled in again."""
    form.fields[PASSWORD].widget = forms.PasswordInput(
        render_value=False, attrs={"autocomplete": "new-password"}
    )
    form.fields[PASSWORD].strip = False  # type: ignore[attr-defined]  # the model's string is a CharField
