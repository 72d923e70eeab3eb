"""Responses of views: pages and fragments, forms, confirmations, redirects with a message, problems."""

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
    """Redirect after a POST with status 303, so that the browser follows with GET."""

    status_code = 303


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only its fragment for htmx."""
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether htmx requests a part of the page; for history restoration it requests the whole page."""
    return bool(
        request.headers.get("HX-Request") and request.headers.get("HX-History-Restore-Request") != "true"
    )


def is_prefetch(request: HttpRequest) -> bool:
    """Return whether the browser only preloads the page; AWS is not called for that."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return "prefetch" in purpose or request.headers.get("HX-Preloaded") == "true"


def post_data(request: HttpRequest) -> QueryDict | None:
    """Return the data of a POST, `None` for any other method."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    template: str,
    form: BaseForm,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
) -> HttpResponse:
    """Render a form: status 200 when first shown, 422 when it has errors."""
    status = INVALID if form.is_bound and form.errors else 200
    return render_page(request, template, {"form": form, **(context or {})}, fragment=fragment, status=status)


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
    """Render the confirmation of an action that is hard to undo; `consequences` are whole sentences."""
    asked = {"title": title, "verb": verb, "back": back, "consequences": consequences, "danger": danger}
    return form_page(request, "partials/confirm_page.html", form, {**asked, **(context or {})})


def redirect_with_message(
    request: HttpRequest, message: str, to: Any, *, level: int = messages.SUCCESS
) -> HttpResponse:
    """Redirect to `to` (a path, URL name or model) with a message."""
    messages.add_message(request, level, message)
    address = resolve_url(to)
    return HttpResponseClientRedirect(address) if wants_fragment(request) else SeeOther(address)


def add_toast(response: HttpResponse, message: str, *, tone: str = "success") -> HttpResponse:
    """Add a message to a fragment, which the page's script shows."""
    response.headers["HX-Trigger"] = json.dumps({"toast": {"message": message, "tone": tone}})
    return response


def problem_page(
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
    """Render what happened, what did not, and what to do; for htmx a single box. `detail` is for support."""
    told = {"title": title, "happened": happened, "not_happened": not_happened, "now": now}
    context = {"problem": {**told, "detail": detail, "back": back, "status": status}, "title": title}
    return render_page(request, "partials/problem_page.html", context, fragment="problem", status=status)
