"""Addresses of a person: another one, one less, another one in front."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.users import scope
from console.areas.users.forms.addresses import AliasForm, PrimaryForm, RemovedAliasForm
from console.areas.users.views.asking import ask, posted, press
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs


@performs("CreateAlias")
def add_alias(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "CreateAlias", organization, user_id)
    domains = scope.usable_domains(request.actor, "CreateAlias", organization)
    form = AliasForm(posted(request), domains=domains, local=person.email.partition("@")[0])
    return ask(
        request,
        person,
        form,
        "CreateAlias",
        title=f"Another address for {person}",
        verb="Add the address",
        message=lambda: f"{form.address} now reaches {person}, too.",
        params=lambda: {"EntityId": person.entity_id, "Alias": form.address},
    )


@require_POST
@performs("DeleteAlias")
def remove_alias(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DeleteAlias", organization, user_id)
    form = RemovedAliasForm(request.POST)
    return press(
        request,
        person,
        form,
        "DeleteAlias",
        message=lambda: f"{form.cleaned_data['Alias']} does not reach {person} any more.",
        params=lambda: {"EntityId": person.entity_id, "Alias": form.cleaned_data["Alias"]},
    )


@require_POST
@performs("UpdatePrimaryEmailAddress")
def make_primary(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "UpdatePrimaryEmailAddress", organization, user_id)
    form = PrimaryForm(request.POST)
    return press(
        request,
        person,
        form,
        "UpdatePrimaryEmailAddress",
        message=lambda: (
            f"{person} now writes as {form.cleaned_data['Email']}; the old address stays an alias."
        ),
        params=lambda: {"EntityId": person.entity_id, "Email": form.cleaned_data["Email"]},
    )
