"""A new password: one that the console makes, or one that somebody types."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from console.areas.users import passwords
from console.ui.forms import ReasonForm

GENERATED, TYPED, NONE = "generated", "typed", "none"


class PasswordChoice(forms.Form):
    """Asks how the password comes to be; `password()` is it."""

    choices: ClassVar[list[tuple[str, str]]] = [(GENERATED, "Generate a strong one"), (TYPED, "Type one")]

    how = forms.ChoiceField(label="New password", widget=forms.RadioSelect, initial=GENERATED)
    Password = forms.CharField(
        label="Typed password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
        help_text=(
            f"{passwords.SHORTEST} to {passwords.LONGEST} characters, of {passwords.NEEDED} kinds:"
            f" {', '.join(passwords.CLASSES)}."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = self.choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("how") == TYPED and (found := passwords.problems(cleaned.get("Password", ""))):
            self.add_error("Password", ValidationError(found))
        return cleaned

    def password(self) -> str:
        """A generated one is another each time; "" if there is to be none."""
        how = self.cleaned_data["how"]
        if how == NONE:
            return ""
        return str(self.cleaned_data["Password"]) if how == TYPED else passwords.generated()


class ResetForm(PasswordChoice, ReasonForm):
    field_order = ("how", "Password", "reason", "ticket")
