"""A message in transit: looked at, downloaded, replaced; each with a reason and entered in the ledger."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from console.areas.messages import isolation
from console.areas.messages.forms import LookForm, ReplaceForm
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import OperationForm
from console.web import aws_errors, downloads

GONE = (
    "No message in transit has this id. WorkMail forgets them 24 hours after they were sent or received;"
    " what was delivered is in the mailbox."
)


@never_cache
@performs("GetRawMessageContent")
def look(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = LookForm(pages.posted(request))
    content = _content(request, organization, form) if form.is_valid() else None
    if isinstance(content, HttpResponse):
        return content
    if content is None:
        return pages.form_page(request, "messages/look.html", form, _around(request, organization))
    context = {"organization": organization, "message": isolation.read(content), "asked": form.cleaned_data}
    return render(request, "messages/shown.html", context)


@require_POST
@never_cache
@performs("GetRawMessageContent")
def download(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """The message as it is, asked of WorkMail again: the console keeps none."""
    form = LookForm(pages.posted(request))
    content = _content(request, organization, form) if form.is_valid() else None
    if isinstance(content, HttpResponse):
        return content
    if content is None:
        return pages.form_page(request, "messages/look.html", form, _around(request, organization))
    message_id = form.cleaned_data["messageId"]
    said = {"target": message_id, "size": len(content), **form.why()}
    return downloads.send_file(request, organization, f"{message_id}.eml", content, "message/rfc822", **said)


@performs("PutRawMessageContent")
def replace(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = ReplaceForm(pages.posted(request), initial={"messageId": request.GET.get("messageId", "")})
    back = reverse("messages:look", args=[organization.slug])
    if form.is_valid():
        params: dict[str, Any] = {**form.why(), **form.whole()}
        try:
            engine.perform_write(request.actor, "PutRawMessageContent", organization, **params)
        except errors.CallFailed as failure:
            if not _said(form, failure):
                return aws_errors.error_page(request, failure, back=back)
        else:
            done = "WorkMail has the new text. Whether anybody gets it depends on the rule that waits for it."
            return pages.done(request, done, reverse("messages:replace", args=[organization.slug]))
    context = {"organization": organization, "back": back}
    return pages.form_page(request, "messages/replace.html", form, context)


def _content(
    request: ConsoleRequest, organization: Organization, form: LookForm
) -> bytes | HttpResponse | None:
    """The message; a page, or nothing where the form says why there is none."""
    params: dict[str, Any] = {**form.why(), **form.whole()}
    try:
        answer = engine.read_secret(
            request.actor, "GetRawMessageContent", organization, title="Open a message in transit", **params
        )
    except errors.CallFailed as failure:
        if _said(form, failure):
            return None
        return aws_errors.error_page(
            request, failure, back=reverse("messages:look", args=[organization.slug])
        )
    return bytes(answer["messageContent"])


def _said(form: OperationForm, failure: errors.CallFailed) -> bool:
    if getattr(failure, "code", "") == "ResourceNotFoundException":
        form.add_error("messageId", GONE)
        return True
    return aws_errors.add_to_form(form, failure)


def _around(request: ConsoleRequest, organization: Organization) -> dict[str, object]:
    may_replace = policy.allows(request.actor, "PutRawMessageContent", organization)
    return {"organization": organization, "may_replace": may_replace}
