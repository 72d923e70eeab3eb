"""Pages of what the console keeps beside the rules: names of networks, and people whom none may lock out."""

from typing import Any

from django.contrib.messages import ERROR
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.access_rules import reading
from console.areas.access_rules.forms.keeping import NetworkForm, ProtectedForm
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.directory.views.suggestions import suggest
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm, WhyForm
from console.web.record_forms import delete_record


@performs("ListAccessControlRules")
def networks(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    context = {
        "title": "Networks",
        "organization": organization,
        "networks": organization.networks.all(),
        "may": policy.allows(request.actor, "ManageNetworks", organization),
    }
    return pages.show(request, "access_rules/networks.html", context)


@performs("ManageNetworks")
def network_create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return _edit(request, NamedNetwork(organization=organization))


@performs("ManageNetworks")
def network_edit(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(NamedNetwork, organization=organization, pk=pk))


@performs("ManageNetworks")
def network_delete(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    network = get_object_or_404(NamedNetwork, organization=organization, pk=pk)
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        why: dict[str, Any] = form.why()
        delete_record(request.actor, "ManageNetworks", network, **why)
        return pages.done(request, f"{network.name} is forgotten.", _networks(organization))
    return pages.confirm_page(
        request,
        form,
        title=f"Forget the network {network.name}?",
        verb="Forget",
        back=_networks(organization),
        consequences=("Rules keep its ranges; they are shown as numbers from then on.",),
    )


@performs("ListAccessControlRules")
def protected(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Within what the operator may see; the others are counted."""
    kept = list(ProtectedPerson.objects.filter(organization=organization))
    names = reading.people(request.actor, organization, [each.entity_id for each in kept])
    whole = policy.covers_organization(request.actor, "ListAccessControlRules", organization)
    context = {
        "title": "Protected people",
        "organization": organization,
        "people": [
            (each, names.get(each.entity_id, each.entity_id))
            for each in kept
            if whole or each.entity_id in names
        ],
        "unseen": 0 if whole else sum(each.entity_id not in names for each in kept),
        "may": policy.allows(request.actor, "ManageProtectedPeople", organization),
    }
    return pages.show(request, "access_rules/protected.html", context)


@performs("ManageProtectedPeople")
def protect(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    people = policy.visible_entities(request.actor, "ManageProtectedPeople", organization)
    living = people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
    form = ProtectedForm(
        pages.posted(request),
        instance=ProtectedPerson(organization=organization),
        people=living,
        suggest=suggest(organization, "all"),
    )
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.done(request, f"{form.cleaned_data['other']} is protected.", _protected(organization))
    context = {
        "title": "Protect somebody",
        "organization": organization,
        "back": _protected(organization),
        "verb": "Protect",
        "note": "No change of access rules may leave her without her mail unless that is typed out.",
    }
    return pages.form_page(request, "access_rules/protect.html", form, context)


@require_POST
@performs("ManageProtectedPeople")
def unprotect(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    kept = get_object_or_404(ProtectedPerson, organization=organization, pk=pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return pages.done(request, "That button is out of date.", _protected(organization), level=ERROR)
    person = Entity.objects.filter(organization=organization, entity_id=kept.entity_id).first()
    name, before = str(person or kept), {"protected": True, "note": kept.note}
    delete_record(
        request.actor, "ManageProtectedPeople", kept, before, target=kept.entity_id, target_name=name
    )
    return pages.done(request, f"{name} is not protected any more.", _protected(organization))


def _edit(request: ConsoleRequest, network: NamedNetwork) -> HttpResponse:
    organization, title = network.organization, network.name or "New network"
    form = NetworkForm(pages.posted(request), instance=network)
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.done(request, f"{network.name} is saved.", _networks(organization))
    context = {
        "title": title,
        "organization": organization,
        "back": _networks(organization),
    }
    return pages.form_page(request, "access_rules/network.html", form, context)


def _networks(organization: Organization) -> str:
    return reverse("access_rules:networks", args=[organization.slug])


def _protected(organization: Organization) -> str:
    return reverse("access_rules:protected", args=[organization.slug])
