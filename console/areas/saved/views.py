"""Saved views: keep a list as it is, look at all that are kept, call or share one differently, delete it.

They are the operator's own and hold no data of anybody: the list that a view leads to asks for its rights.
"""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from console.areas.saved import showing
from console.areas.saved.forms import RenameForm, SaveForm
from console.areas.saved.models import SavedView
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, signed_in
from console.ui import pages

OWN = "a saved view is the operator's own, and no more than the query of a list that asks for its rights"


@signed_in(OWN)
@require_safe
def listing(request: ConsoleRequest, organization: str) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    seen = SavedView.objects.shown_to(request.actor, place)
    shown = showing.shown(request.actor, place, seen)
    context = {
        "title": "Saved views",
        "organization": place,
        "own": [each for each in shown if not each.by],
        "others": [each for each in shown if each.by],
    }
    return pages.show(request, "saved/list.html", context)


@signed_in(OWN)
def create(request: ConsoleRequest, organization: str) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    form = SaveForm(request.actor, place, pages.posted(request), request.GET.dict())
    if form.is_valid() and form.save_recorded(request.actor):
        made = form.instance
        return pages.done(request, f"Saved as “{made.name}”.", showing.address(place, made))
    return pages.form_page(request, "saved/form.html", form, _around(place, "Save this view"))


@signed_in(OWN)
def edit(request: ConsoleRequest, organization: str, pk: int) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    form = RenameForm(pages.posted(request), instance=_own(request, place, pk))
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.done(request, f"“{form.instance.name}” saved.", _all(place))
    return pages.form_page(request, "saved/form.html", form, _around(place, "Change a saved view"))


@require_POST
@signed_in(OWN)
def delete(request: ConsoleRequest, organization: str, pk: int) -> HttpResponse:
    place = policy.get_organization(request.actor, organization)
    view = _own(request, place, pk)
    view.delete()
    return pages.done(
        request, f"“{view.name}” is deleted; the list that it led to is as it was.", _all(place)
    )


def _own(request: ConsoleRequest, place: Organization, pk: int) -> SavedView:
    """Return a view of the operator's own; another operator's is out of scope, shared or not."""
    own = SavedView.objects.filter(operator=request.user)
    return policy.get_in_scope(own, organization=place, pk=pk)


def _around(place: Organization, title: str) -> dict[str, Any]:
    return {"title": title, "organization": place, "back": _all(place)}


def _all(place: Organization) -> str:
    return reverse("saved:list", args=[place.slug])
