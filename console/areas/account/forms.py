"""Form for an operator's own preferences."""

from typing import TYPE_CHECKING

from django import forms

from console.operators.models import Operator

if TYPE_CHECKING:  # generic to the type checker only
    OperatorForm = forms.ModelForm[Operator]
else:
    OperatorForm = forms.ModelForm


class PreferencesForm(OperatorForm):
    class Meta:
        model = Operator
        fields = ("name", "theme", "digest")
        help_texts = {
            "name": "As colleagues see it. The ledger keeps your e-mail address.",
            "theme": "How the console looks, on every device where you sign in.",
            "digest": "One e-mail a day, while a mailbox that you may see is to be removed.",
        }
