"""What takes several steps is a draft, whose own page shows it before it happens."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse

from console.aws import errors
from console.changes import drafting
from console.changes.plans import Planned
from console.mirror.models import Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest
from console.ui.forms import WhyForm
from console.ui.pages import SeeOther
from console.web import aws_errors


def draft(
    request: ConsoleRequest,
    organization: Organization,
    form: WhyForm,
    title: str,
    steps: Sequence[Planned],
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
        change = drafting.draft(
            request.actor, organization, title, steps, kind=kind, reverts=reverts, **form.why()
        )
    except policy.Denied as denied:
        refusals.enter_of(request, request.actor, denied)
        form.add_error(None, f"{denied}.")
    except errors.CallFailed as failure:
        if not aws_errors.into(form, failure):
            return aws_errors.page(request, failure)
    else:
        return SeeOther(reverse("changes:detail", args=[organization.slug, change.pk]))
    return None
