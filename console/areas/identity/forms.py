"""How people sign in, asked so that nobody locks a company out by choosing the other line."""

from collections.abc import Mapping
from typing import Any

from django import forms

from console.areas.identity.provider import MODES, Association, is_only
from console.plurals import number_of
from console.ui.forms import ConfirmForm, OperationForm, WhyForm

INSTANCE, APPLICATION = (f"IdentityCenterConfiguration.{name}" for name in ("InstanceArn", "ApplicationArn"))
STATUS, LIFETIME = (f"PersonalAccessTokenConfiguration.{name}" for name in ("Status", "LifetimeInDays"))
STATUSES = {"ACTIVE": "People may make and use them", "INACTIVE": "Nobody can use one"}


class ConfigurationForm(OperationForm, WhyForm):
    """Nothing is locked without the organization's word typed: `slug`."""

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
        self.association, self.slug, self.locked = association, slug, is_only(configuration)
        super().__init__(*args, current=configuration, subject=slug, **kwargs)
        for name, choices in (("AuthenticationMode", MODES), (STATUS, STATUSES)):
            field: Any = self.fields[name]
            field.choices, field.widget.choices = list(choices.items()), list(choices.items())
        for name in (INSTANCE, APPLICATION, STATUS):
            self.fields[name].required = True
        self.fields["typed"].label = f"Type {slug} to shut the directory's passwords out"
        self.fields["typed"].help_text = "Only if you chose Identity Center alone."
        self.order_fields([*self.members, "typed", "reason", "ticket"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if is_only(cleaned) and not self.locked and cleaned.get("typed") != self.slug:
            self.add_error("typed", self._warning())
        return cleaned

    def sent(self) -> dict[str, Any]:
        """All members; a lifetime that is not given is WorkMail's own."""
        whole = self.whole()
        tokens = whole["PersonalAccessTokenConfiguration"]
        kept = {name: value for name, value in tokens.items() if value != ""}
        return {**whole, "PersonalAccessTokenConfiguration": kept}

    def _warning(self) -> str:
        found = self.association
        if not found.is_read:
            return (
                "The directory is still being read, so it is not known how many users could not sign in any"
                f" more. Wait until it is read, or type {self.slug} to switch now."
            )
        if found.missing:
            unread = f" ({found.unread:,} of them the console has not read yet)" if found.unread else ""
            has = "has" if found.missing == 1 else "have"
            return (
                f"{found.missing:,} of {number_of(found.people, 'user')} with a mailbox {has} no user of"
                f" Identity Center{unread}. They could not sign in any more, nor could their mail programs."
                f" Type {self.slug} if you want exactly that."
            )
        return f"The passwords that people have now would stop working. Type {self.slug} if you want that."


class ApplicationForm(OperationForm, WhyForm):
    operation = "CreateIdentityCenterApplication"
    members = ("Name", "InstanceArn")
    labels = {"InstanceArn": "Instance of IAM Identity Center"}
    help_texts = {
        "Name": "As it is called in Identity Center: letters, digits and + = , . @ - _.",
        "InstanceArn": "In the organization's own account and Region.",
    }


class RemovedApplicationForm(OperationForm, ConfirmForm):
    operation = "DeleteIdentityCenterApplication"
    members = ("ApplicationArn",)
    labels = {"ApplicationArn": "Application"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["ApplicationArn", "typed", "reason", "ticket"])
