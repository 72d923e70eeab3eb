"""Responses for forms that perform an operation on an entity or create a draft."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.entities import kinds, scope
from console.areas.entities.kinds import Kind
from console.aws import errors
from console.changes import drafts
from console.changes.steps import PlannedStep
from console.mirror.models import Entity
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest
from console.ui.forms import ReasonForm
from console.ui.pages import SeeOther
from console.web import aws_errors, operation_views
from console.web.operation_views import EndGetter, ParamsGetter


def perform_on_entity(
    request: ConsoleRequest, entity: Entity, form: ReasonForm, operation: str, message: str, **params: Any
) -> HttpResponse | None:
    """Return the response to a write, or `None` if the form has errors."""
    return operation_views.perform_operation(
        request,
        form,
        operation,
        lambda: message,
        params,
        back=kinds.entity_url(entity),
        landing=lambda: landing_url(request, entity),
        title=message,
    )


def landing_url(request: ConsoleRequest, entity: Entity) -> str:
    """Return the URL of its detail page, or of the list if the write moved it out of the operator's scope."""
    seen = scope.visible_of_kind(request.actor, entity.organization, Kind(entity.kind)).filter(pk=entity.pk)
    return kinds.entity_url(entity) if seen.exists() else kinds.list_url(entity)


def entity_operation_page(
    request: ConsoleRequest,
    entity: Entity,
    form: ReasonForm,
    operation: str,
    *,
    params: ParamsGetter,
    **words: Any,
) -> HttpResponse:
    """Show a form that performs `operation` with `params()` when it is valid."""
    return operation_views.operation_page(
        request,
        form,
        operation,
        params=params,
        back=kinds.entity_url(entity),
        landing=lambda: landing_url(request, entity),
        template="directory/form.html",
        context=entity_context(entity),
        **words,
    )


def entity_operation_button(
    request: ConsoleRequest,
    entity: Entity,
    form: ReasonForm,
    operation: str,
    *,
    message: Callable[[], str],
    params: ParamsGetter,
    ends: EndGetter | None = None,
) -> HttpResponse:
    """Perform `operation` from a button on the detail page, where errors are shown."""
    return operation_views.operation_button(
        request,
        form,
        operation,
        message=message,
        params=params,
        back=kinds.entity_url(entity),
        landing=lambda: landing_url(request, entity),
        ends=ends,
    )


def entity_context(entity: Entity) -> dict[str, Any]:
    """Return the context that the breadcrumb of every entity page needs."""
    return {"organization": entity.organization, "entity": entity, "words": kinds.get_kind_info(entity)}


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

    `reverts` undoes completed steps when a later one fails.
    """
    if not steps:
        form.add_error(None, "There is nothing to do: it is all as it should be.")
        return None
    try:
        change = drafts.create_draft(
            request.actor, request.organization, title, steps, kind=kind, reverts=reverts, **form.why()
        )
    except policy.Denied as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure)
    else:
        return SeeOther(reverse("changes:detail", args=[request.organization.slug, change.pk]))
    return None
