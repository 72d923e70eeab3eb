"""Forms of sign-in settings and of WorkMail's application in Identity Center."""

from collections.abc import Mapping
from typing import Any

from django import forms

from console.areas.identity.access_tokens import AccessToken
from console.areas.identity.identity_center import MODE_LABELS, Association, is_identity_center_only
from console.mirror.models import Entity
from console.plurals import number_of
from console.ui.forms import OperationForm
from console.web.operation_forms import ConfirmWriteForm, WriteForm

INSTANCE, APPLICATION = (f"IdentityCenterConfiguration.{name}" for name in ("InstanceArn", "ApplicationArn"))
STATUS, LIFETIME = (f"PersonalAccessTokenConfiguration.{name}" for name in ("Status", "LifetimeInDays"))
TOKEN_STATUSES = {"ACTIVE": "People may make and use them", "INACTIVE": "Nobody can use one"}


class ConfigurationForm(OperationForm, WriteForm):
    """The sign-in configuration; turning off directory passwords must be confirmed by typing `slug`."""

    operation = "PutIdentityProviderConfiguration"
    members = ("AuthenticationMode", INSTANCE, APPLICATION, STATUS, LIFETIME)
    labels = {
        "AuthenticationMode": "People sign in with",
        INSTANCE: "Instance of IAM Identity Center",
        APPLICATION: "WorkMail's application there",
        STATUS: "Personal access tokens",
        LIFETIME: "Days that a token lives",
    }
    help_texts = {
        INSTANCE: "In the organization's own account and Region.",
        LIFETIME: "1 to 3653; empty: 365.",
    }
    typed = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(
        self,
        *args: Any,
        configuration: Mapping[str, Any],
        association: Association,
        slug: str,
        **kwargs: Any,
    ) -> None:
        self.association, self.slug, self.locked = association, slug, is_identity_center_only(configuration)
        super().__init__(*args, current=configuration, subject=slug, **kwargs)
        for name, choices in (("AuthenticationMode", MODE_LABELS), (STATUS, TOKEN_STATUSES)):
            field: Any = self.fields[name]
            field.choices, field.widget.choices = list(choices.items()), list(choices.items())
        for name in (INSTANCE, APPLICATION, STATUS):
            self.fields[name].required = True
        self.fields["typed"].label = f"Type {slug} to shut the directory's passwords out"
        self.fields["typed"].help_text = "Only if you chose Identity Center alone."
        self.order_fields([*self.members, "typed", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if is_identity_center_only(cleaned) and not self.locked and cleaned.get("typed") != self.slug:
            self.add_error("typed", self._warning())
        return cleaned

    def params(self) -> dict[str, Any]:
        """Return all members; without a lifetime, WorkMail uses its default."""
        whole = self.whole()
        tokens = whole["PersonalAccessTokenConfiguration"]
        token_values = {name: value for name, value in tokens.items() if value != ""}
        return {**whole, "PersonalAccessTokenConfiguration": token_values}

    def success(self) -> str:
        return "How people sign in is saved. WorkMail follows within minutes."

    def expected_values(self) -> Mapping[str, Any]:
        return {"AuthenticationMode": self.current["AuthenticationMode"]}

    def _warning(self) -> str:
        association = self.association
        if not association.is_read:
            return (
                "The directory is still being read, so it is not known how many users could not sign in any"
                f" more. Wait until it is read, or type {self.slug} to switch now."
            )
        if association.missing:
            unread = (
                f" ({association.unread:,} of them the console has not read yet)"
                if association.unread
                else ""
            )
            has = "has" if association.missing == 1 else "have"
            users = number_of(association.people, "user")
            return (
                f"{association.missing:,} of {users} with a mailbox {has} no user of Identity Center{unread}."
                " They could not sign in any more, nor could their mail programs."
                f" Type {self.slug} if you want exactly that."
            )
        return f"The passwords that people have now would stop working. Type {self.slug} if you want that."


class ApplicationForm(OperationForm, WriteForm):
    operation = "CreateIdentityCenterApplication"
    submit = "Create the application"
    note = (
        "The first of three steps. Then, in IAM Identity Center, people or groups are assigned to the"
        " application; and last, here, the organization is told to use it."
    )
    members = ("Name", "InstanceArn")
    labels = {"InstanceArn": "Instance of IAM Identity Center"}
    help_texts = {
        "Name": "As it is called in Identity Center: letters, digits and + = , . @ - _.",
        "InstanceArn": "In the organization's own account and Region.",
    }

    @property
    def title(self) -> str:
        return "An application in Identity Center"

    @property
    def application_arn(self) -> str:
        """The ARN of the application that was created."""
        return str(self.answer["ApplicationArn"])

    def params(self) -> dict[str, Any]:
        return self.whole()

    def success(self) -> str:
        return f"The application {self.application_arn} is there. Assign people to it before it is used."


class ConfigurationRemovalForm(ConfirmWriteForm):
    operation = "DeleteIdentityProviderConfiguration"
    submit = "Give it up"
    consequences = (
        "People sign in with the directory's passwords alone; who has none, or has forgotten it, needs a new"
        " one.",
        "Personal access tokens stop working, so mail programs that use one do, too.",
        "WorkMail's application in Identity Center stays there until it is deleted.",
    )

    @property
    def title(self) -> str:
        return "Give up Identity Center"

    def params(self) -> dict[str, Any]:
        return {}

    def success(self) -> str:
        return "People sign in with the directory's passwords alone."


class TokenRevocationForm(ConfirmWriteForm):
    operation = "DeletePersonalAccessToken"
    submit = "Revoke the token"

    def __init__(self, *args: Any, token: AccessToken, user: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token, self.user = token, user
        self.consequences = (
            f"The mail program that signs in with it stops working; {user} can make a new one in webmail.",
            "It cannot be brought back.",
        )

    @property
    def title(self) -> str:
        return f"Revoke the token {self.token.name} of {self.user}"

    def params(self) -> dict[str, Any]:
        return {"PersonalAccessTokenId": self.token.id}

    def success(self) -> str:
        return f"The token {self.token.name} of {self.user} is revoked."


class ApplicationRemovalForm(OperationForm, ConfirmWriteForm):
    operation = "DeleteIdentityCenterApplication"
    submit = "Delete the application"
    consequences = (
        "Whoever signs in through it cannot any more, in every organization that uses it."
        " Organizations keep their settings, which then lead nowhere: change those first.",
        "Who was assigned to it has to be assigned again to another one.",
    )
    members = ("ApplicationArn",)
    labels = {"ApplicationArn": "Application"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["ApplicationArn", "typed", "reason", "ticket"])

    @property
    def title(self) -> str:
        return "Delete WorkMail's application in Identity Center"

    def params(self) -> dict[str, Any]:
        return {"ApplicationArn": self.cleaned_data["ApplicationArn"]}

    def success(self) -> str:
        return "The application is gone from Identity Center."
