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
from console.ui.forms import OperationForm
from console.web import aws_errors, downloads

NOT_FOUND = (
    "No message in transit has this id. WorkMail forgets them 24 hours after they were sent or received;"
    " what was delivered is in the mailbox."
)


@never_cache
@performs("GetRawMessageContent")
def open_message(request: ConsoleRequest) -> HttpResponse:
    form = OpenMessageForm(pages.post_data(request))
    content = _read_content(request, form) if form.is_valid() else None
    if isinstance(content, HttpResponse):
        return content
    if content is None:
        return pages.form_page(request, "messages/look.html", form, _page_context(request))
    context = {
        "organization": request.organization,
        "message": parser_process.run_parser(content),
        "asked": form.cleaned_data,
    }
    return render(request, "messages/shown.html", context)


@require_POST
@never_cache
@performs("GetRawMessageContent")
def download_message(request: ConsoleRequest) -> HttpResponse:
    """Download the message, read from WorkMail again: the console stores none."""
    form = OpenMessageForm(pages.post_data(request))
    content = _read_content(request, form) if form.is_valid() else None
    if isinstance(content, HttpResponse):
        return content
    if content is None:
        return pages.form_page(request, "messages/look.html", form, _page_context(request))
    message_id = form.cleaned_data["messageId"]
    said = {"target": message_id, "size": len(content), **form.why()}
    return downloads.send_file(request, f"{message_id}.eml", content, "message/rfc822", **said)


@performs("PutRawMessageContent")
def replace_message(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    form = ReplaceMessageForm(
        pages.post_data(request), initial={"messageId": request.GET.get("messageId", "")}
    )
    back = reverse("messages:look", args=[organization.slug])
    if form.is_valid():
        params: dict[str, Any] = {**form.why(), **form.whole()}
        try:
            engine.perform_write(request.actor, "PutRawMessageContent", organization, **params)
        except errors.CallFailed as failure:
            if not _add_failure(form, failure):
                return aws_errors.error_page(request, failure, back=back)
        else:
            done = "WorkMail has the new text. Whether anybody gets it depends on the rule that waits for it."
            return pages.redirect_with_message(
                request, done, reverse("messages:replace", args=[organization.slug])
            )
    context = {"organization": organization, "back": back}
    return pages.form_page(request, "messages/replace.html", form, context)


def _read_content(request: ConsoleRequest, form: OpenMessageForm) -> bytes | HttpResponse | None:
    """Return the message, an error page, or `None` if the form has the error."""
    params: dict[str, Any] = {**form.why(), **form.whole()}
    try:
        answer = engine.read_secret(
            request.actor,
            "GetRawMessageContent",
            request.organization,
            title="Open a message in transit",
            **params,
        )
    except errors.CallFailed as failure:
        if _add_failure(form, failure):
            return None
        return aws_errors.error_page(
            request, failure, back=reverse("messages:look", args=[request.organization.slug])
        )
    return bytes(answer["messageContent"])


def _add_failure(form: OperationForm, failure: errors.CallFailed) -> bool:
    if getattr(failure, "code", "") == "ResourceNotFoundException":
        form.add_error("messageId", NOT_FOUND)
        return True
    return aws_errors.add_to_form(form, failure)


def _page_context(request: ConsoleRequest) -> dict[str, object]:
    may_replace = policy.allows(request.actor, "PutRawMessageContent", request.organization)
    return {"organization": request.organization, "may_replace": may_replace}
