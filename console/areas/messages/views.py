"""Views of messages in transit: open, download and replace; each needs a reason and is in the audit log."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from console.areas.messages import parser_process
from console.areas.messages.forms import OpenMessageForm, ReplaceMessageForm
from console.aws import errors
from console.changes import engine
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import downloads, operation_views


@never_cache
@performs("GetRawMessageContent")
def open_message(request: ConsoleRequest) -> HttpResponse:
    form = OpenMessageForm(pages.post_data(request))
    content = _read_content(request, form) if form.is_valid() else None
    if content is None:
        return _form_page(request, form)
    context = {"message": parser_process.run_parser(content), "asked": form.cleaned_data}
    return render(request, "messages/shown.html", context)


@require_POST
@never_cache
@performs("GetRawMessageContent")
def download_message(request: ConsoleRequest) -> HttpResponse:
    """Download the message, read from WorkMail again: the console stores none."""
    form = OpenMessageForm(pages.post_data(request))
    content = _read_content(request, form) if form.is_valid() else None
    if content is None:
        return _form_page(request, form)
    message_id = form.cleaned_data["messageId"]
    entry_values = {"target": message_id, "size": len(content), **form.why()}
    return downloads.send_file(request, f"{message_id}.eml", content, "message/rfc822", **entry_values)


@performs("PutRawMessageContent")
def replace_message(request: ConsoleRequest) -> HttpResponse:
    request.back = reverse("messages:look", args=[request.organization.slug])
    form = ReplaceMessageForm(
        pages.post_data(request), initial={"messageId": request.GET.get("messageId", "")}
    )
    return operation_views.operation_page(
        request,
        form,
        landing=lambda: reverse("messages:replace", args=[request.organization.slug]),
        template="messages/replace.html",
    )


def _read_content(request: ConsoleRequest, form: OpenMessageForm) -> bytes | None:
    """Return the message, `None` if the form has errors; a failure leads back to the form."""
    request.back = reverse("messages:look", args=[request.organization.slug])
    arguments: dict[str, Any] = {"title": "Open a message in transit", **form.why(), **form.whole()}
    try:
        answer = engine.read_secret(request.actor, request.operation, request.organization, **arguments)
    except errors.CallFailed as failure:
        if form.add_failure(failure):
            return None
        raise
    return bytes(answer["messageContent"])


def _form_page(request: ConsoleRequest, form: OpenMessageForm) -> HttpResponse:
    may_replace = policy.allows(request.actor, "PutRawMessageContent", request.organization)
    return pages.form_page(request, "messages/look.html", form, {"may_replace": may_replace})
