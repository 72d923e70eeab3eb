"""Pages of the places that exports are written to."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.areas.exports.destinations.forms import DestinationForm
from console.areas.exports.models import Destination
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web.record_forms import delete_record


@performs("ListMailboxExportJobs")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    context = {
        "title": "Destinations of exports",
        "organization": organization,
        "destinations": organization.destinations.all(),
        "may_manage": policy.allows(request.actor, DestinationForm.action, organization),
    }
    return pages.show(request, "exports/destinations.html", context)


@performs("ManageExportDestinations")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return _edit(request, Destination(organization=organization, prefix="exports"))


@performs("ManageExportDestinations")
def edit(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Destination, organization=organization, pk=pk))


@performs("ManageExportDestinations")
def delete(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, organization=organization, pk=pk)
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        delete_record(request.actor, DestinationForm.action, destination)
        return pages.done(request, f"{destination.name} is no longer offered.", _back(organization))
    return pages.confirm_page(
        request,
        form,
        title=f"Remove the destination {destination.name}?",
        verb="Remove",
        back=_back(organization),
        consequences=("Exports that were already requested keep it. The bucket itself is not touched.",),
    )


def _edit(request: ConsoleRequest, destination: Destination) -> HttpResponse:
    title = destination.name or "New destination"
    form = DestinationForm(pages.posted(request), instance=destination)
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.done(request, f"{destination.name} is saved.", _back(destination.organization))
    context = {
        "title": title,
        "organization": destination.organization,
        "destination": destination,
    }
    return pages.form_page(request, "exports/destination.html", form, context)


def _back(organization: Organization) -> str:
    return reverse("exports:destinations", args=[organization.slug])
