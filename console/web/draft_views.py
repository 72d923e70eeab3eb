"""Responses for forms that draft a change, to be reviewed before it runs."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.aws import errors
from console.changes import drafts
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest
from console.ui.forms import ReasonForm
from console.ui.pages import SeeOther
from console.web import aws_errors


def create_draft_from_form(
    request: ConsoleRequest,
    form: ReasonForm,
    title: str,
    steps: Sequence[PlannedStep],
    kind: str,
    *,
    reverts: bool = False,
) -> HttpResponse | None:
    """Create a draft and redirect to it, or return `None` if the form has errors.

    `reverts` undoes completed steps when a later one fails. Raise what `draft_change` raises.
    """
    change = draft_change(request, form, title, steps, kind=kind, reverts=reverts)
    return redirect_to_change(change) if change else None


def draft_change(
    request: ConsoleRequest, form: ReasonForm, title: str, steps: Sequence[PlannedStep], **options: Any
) -> Change | None:
    """Create a draft with the form's reason and these `options` of `drafts.create_change`.

    Return `None` if the form has errors. Raise `errors.CallFailed` for what the form cannot show.
    """
    if not steps:
        form.add_error(None, "There is nothing to do: it is all as it should be.")
        return None
    try:
        return drafts.create_draft(request.actor, request.organization, title, steps, **form.why(), **options)
    except policy.Refusal as refusal:
        refusals.record_request_refusal(request, request.actor, refusal)
        form.add_error(None, f"{refusal}.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
    return None


def redirect_to_change(change: Change) -> HttpResponse:
    return SeeOther(reverse("changes:detail", args=[change.organization.slug, change.pk]))
