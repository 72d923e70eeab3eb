"""List, save, edit and delete saved views.

They are the operator's own and hold no data: the list that a view leads to asks for its rights.
"""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from console.areas.saved import display
from console.areas.saved.forms import EditViewForm, SaveViewForm
from console.areas.saved.models import SavedView
from console.operators import policy
from console.operators.access import ConsoleRequest, signed_in
from console.ui import pages
from console.web import row_views

OWN_VIEWS_REASON = (
    "a saved view is the operator's own, and no more than the query of a list that asks for its rights"
)


@signed_in(OWN_VIEWS_REASON)
@require_safe
def list_views(request: ConsoleRequest, organization: str) -> HttpResponse:
    _enter_organization(request, organization)
    visible = SavedView.objects.shown_to(request.actor, request.organization)
    links = display.saved_view_links(request.actor, request.organization, visible)
    context = {
        "title": "Saved views",
        "own": [each for each in links if not each.by],
        "others": [each for each in links if each.by],
    }
    return pages.render_page(request, "saved/list.html", context)


@signed_in(OWN_VIEWS_REASON)
def create_view(request: ConsoleRequest, organization: str) -> HttpResponse:
    _enter_organization(request, organization)
    form = SaveViewForm(request.actor, request.organization, pages.post_data(request), request.GET.dict())
    return row_views.row_form_page(
        request,
        form,
        landing=lambda: display.saved_view_url(request.organization, form.instance),
        template="saved/form.html",
    )


@signed_in(OWN_VIEWS_REASON)
def edit_view(request: ConsoleRequest, organization: str, pk: int) -> HttpResponse:
    _enter_organization(request, organization)
    form = EditViewForm(pages.post_data(request), instance=_get_own_view(request, pk))
    return row_views.row_form_page(request, form, template="saved/form.html")


@require_POST
@signed_in(OWN_VIEWS_REASON)
def delete_view(request: ConsoleRequest, organization: str, pk: int) -> HttpResponse:
    _enter_organization(request, organization)
    view = _get_own_view(request, pk)
    view.delete()
    return pages.redirect_with_message(
        request, f"“{view.name}” is deleted; the list that it led to is as it was.", request.back
    )


def _enter_organization(request: ConsoleRequest, slug: str) -> None:
    """Set the request's organization, as `performs` does for a view that needs a right."""
    request.organization = policy.get_organization(request.actor, slug)
    request.back = reverse("saved:list", args=[request.organization.slug])


def _get_own_view(request: ConsoleRequest, pk: int) -> SavedView:
    """Return a view of the operator's own; another operator's is out of scope, shared or not."""
    own_views = SavedView.objects.filter(operator=request.user)
    return policy.get_in_scope(own_views, organization=request.organization, pk=pk)
