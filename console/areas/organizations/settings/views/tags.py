"""Tags of an organization, the only thing of WorkMail that can carry any."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.aws import model
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui.forms import WhyForm
from console.web import operation_views

RESERVED = "aws:"  # as everywhere in AWS


class TagForm(WhyForm):
    """A key that is there already gets the new value [documented]."""

    key = forms.CharField(help_text="Such as owner or cost-centre.")
    value = forms.CharField(required=False, help_text="May be empty.")
    field_order = ("key", "value", "reason", "ticket")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tag: Any = model.input_members("TagResource")["Tags"]
        for name, member in (("key", "Key"), ("value", "Value")):
            longest = tag.member.members[member].metadata["max"]
            self.fields[name].max_length = longest  # type: ignore[attr-defined]  # both are CharFields
            self.fields[name].widget.attrs["maxlength"] = longest

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key.lower().startswith(RESERVED):
            raise forms.ValidationError(f"AWS keeps keys that begin with {RESERVED} for itself.")
        return key


class RemovedTagForm(WhyForm):
    key = forms.CharField(strip=False)


@performs("TagResource")
def add(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = TagForm(request.POST if request.method == "POST" else None)
    return operation_views.operation_page(
        request,
        organization,
        form,
        "TagResource",
        title="Add a tag",
        verb="Add",
        note="A key that is there already gets the new value. An organization has at most 50 tags.",
        message=lambda: f"The tag {form.cleaned_data['key']} is set.",
        params=lambda: {"ResourceARN": organization.arn, "Tags": [_tag(form)]},
        back=_back(organization),
        context={"trail": [("Settings", _back(organization))]},
    )


@require_POST
@performs("UntagResource")
def remove(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = RemovedTagForm(request.POST)
    return operation_views.operation_button(
        request,
        organization,
        form,
        "UntagResource",
        message=lambda: f"The tag {form.cleaned_data['key']} is removed.",
        params=lambda: {"ResourceARN": organization.arn, "TagKeys": [form.cleaned_data["key"]]},
        back=_back(organization),
    )


def _tag(form: TagForm) -> dict[str, str]:
    return {"Key": form.cleaned_data["key"], "Value": form.cleaned_data["value"]}


def _back(organization: Organization) -> str:
    return reverse("organizations:settings", args=[organization.slug])
