"""How a view answers: a page or its fragment, a form, a question, a redirect with a message, a problem."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

INVALID = 422


class SeeOther(HttpResponseRedirect):
    """After a POST: look there now, with GET, whatever the browser."""

    status_code = 303


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; to htmx only its `fragment`, if it has one."""
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page; going back in the history it asks for the whole one."""
    return bool(
        request.headers.get("HX-Request") and request.headers.get("HX-History-Restore-Request") != "true"
    )


def is_prefetch(request: HttpRequest) -> bool:
    """Whether nobody has asked for it yet: AWS is not called for a mouse that passes by."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return "prefetch" in purpose or request.headers.get("HX-Preloaded") == "true"


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the data of a POST, even if there is none, and nothing otherwise."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    template: str,
    form: BaseForm,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
) -> HttpResponse:
    """A form: 200 when it is first shown, 422 when what was sent does not do."""
    status = INVALID if form.is_bound and form.errors else 200
    return show(request, template, {"form": form, **(context or {})}, fragment=fragment, status=status)


def confirm_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    verb: str,
    back: str,
    consequences: tuple[str, ...] = (),
    danger: bool = True,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The question before an act that is hard to undo; `consequences` are whole sentences."""
    asked = {"title": title, "verb": verb, "back": back, "consequences": consequences, "danger": danger}
    return form_page(request, "partials/confirm_page.html", form, {**asked, **(context or {})})


def done(request: HttpRequest, message: str, to: Any, *, level: int = messages.SUCCESS) -> HttpResponse:
    """It is done: say so on the page that `to` names (a path, a URL name or a model with a URL)."""
    messages.add_message(request, level, message)
    address = resolve_url(to)
    return HttpResponseClientRedirect(address) if wants_fragment(request) else SeeOther(address)


def toast(response: HttpResponse, message: str, *, tone: str = "success") -> HttpResponse:
    """Beside a fragment for htmx: a message that the page's script shows."""
    response.headers["HX-Trigger"] = json.dumps({"toast": {"message": message, "tone": tone}})
    return response


def problem(
    request: HttpRequest,
    *,
    title: str,
    happened: str,
    not_happened: str = "",
    now: str = "",
    status: int = 400,
    detail: str = "",
    back: str = "",
) -> HttpResponse:
    """What happened, what did not, what to do now; `detail` is for whoever is asked for help.

    To htmx it is one box, which takes the place of what was asked for.
    """
    told = {"title": title, "happened": happened, "not_happened": not_happened, "now": now}
    context = {"problem": {**told, "detail": detail, "back": back, "status": status}, "title": title}
    return show(request, "partials/problem_page.html", context, fragment="problem", status=status)
