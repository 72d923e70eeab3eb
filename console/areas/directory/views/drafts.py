"""What takes several steps is a draft, whose own page shows it before it happens."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse

from console.aws import errors
from console.changes import drafts
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest
from console.ui.forms import ReasonForm
from console.ui.pages import SeeOther
from console.web import aws_errors


def draft(
    request: ConsoleRequest,
    organization: Organization,
    form: ReasonForm,
    title: str,
    steps: Sequence[PlannedStep],
    kind: str,
    *,
    reverts: bool = False,
) -> HttpResponse | None:
    """On to the draft's page, or `None` if the form says why there is none.

    With `reverts` the steps that were done are taken back if a later one fails.
    """
    if not steps:
        form.add_error(None, "There is nothing to do: it is all as it should be.")
        return None
    try:
        change = drafts.create_draft(
            request.actor, organization, title, steps, kind=kind, reverts=reverts, **form.why()
        )
    except policy.Denied as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure)
    else:
        return SeeOther(reverse("changes:detail", args=[organization.slug, change.pk]))
    return None
