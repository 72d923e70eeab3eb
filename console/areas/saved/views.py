"""List, save, edit and delete saved views.

They are the operator's own and hold no data of anybody: the list that a view leads to asks for its rights.
"""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from console.areas.saved import display
from console.areas.saved.forms import EditViewForm, SaveViewForm
from console.areas.saved.models import SavedView
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, signed_in
from console.ui import pages

OWN_VIEWS_REASON = (
    "a saved view is the operator's own, and no more than the query of a list that asks for its rights"
)


@signed_in(OWN_VIEWS_REASON)
@require_safe
def list_views(request: ConsoleRequest, organization: str) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    seen = SavedView.objects.shown_to(request.actor, place)
    shown = display.saved_view_links(request.actor, place, seen)
    context = {
        "title": "Saved views",
        "organization": place,
        "own": [each for each in shown if not each.by],
        "others": [each for each in shown if each.by],
    }
    return pages.render_page(request, "saved/list.html", context)


@signed_in(OWN_VIEWS_REASON)
def create_view(request: ConsoleRequest, organization: str) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    form = SaveViewForm(request.actor, place, pages.post_data(request), request.GET.dict())
    if form.is_valid() and form.save_recorded(request.actor):
        made = form.instance
        return pages.redirect_with_message(
            request, f"Saved as “{made.name}”.", display.saved_view_url(place, made)
        )
    return pages.form_page(request, "saved/form.html", form, _form_context(place, "Save this view"))


@signed_in(OWN_VIEWS_REASON)
def edit_view(request: ConsoleRequest, organization: str, pk: int) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    form = EditViewForm(pages.post_data(request), instance=_get_own_view(request, place, pk))
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(request, f"“{form.instance.name}” saved.", _list_url(place))
    return pages.form_page(request, "saved/form.html", form, _form_context(place, "Change a saved view"))


@require_POST
@signed_in(OWN_VIEWS_REASON)
def delete_view(request: ConsoleRequest, organization: str, pk: int) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    view = _get_own_view(request, place, pk)
    view.delete()
    return pages.redirect_with_message(
        request, f"“{view.name}” is deleted; the list that it led to is as it was.", _list_url(place)
    )


def _get_own_view(request: ConsoleRequest, place: Organization, pk: int) -> SavedView:
    """Return a view of the operator's own; another operator's is out of scope, shared or not."""
    own = SavedView.objects.filter(operator=request.user)
    return policy.get_in_scope(own, organization=place, pk=pk)


def _form_context(place: Organization, title: str) -> dict[str, Any]:
    return {"title": title, "organization": place, "back": _list_url(place)}


def _list_url(place: Organization) -> str:
    return reverse("saved:list", args=[place.slug])
