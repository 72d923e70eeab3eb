"""Addresses of an entity: another one, one less, another one in front."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.directory import scope
from console.areas.directory.forms.addresses import AliasForm, PrimaryForm, RemovedAliasForm
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import ask, press
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui.pages import post_data


@performs("CreateAlias")
def add_alias(
    request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind
) -> HttpResponse:
    entity = scope.find(request.actor, "CreateAlias", organization, entity_id, kind)
    domains = scope.usable_domains(request.actor, "CreateAlias", organization)
    form = AliasForm(post_data(request), domains=domains, local=entity.email.partition("@")[0])
    return ask(
        request,
        entity,
        form,
        "CreateAlias",
        title=f"Another address for {entity}",
        verb="Add the address",
        message=lambda: f"{form.address} now reaches {entity}, too.",
        params=lambda: {"EntityId": entity.entity_id, "Alias": form.address},
    )


@require_POST
@performs("DeleteAlias")
def remove_alias(
    request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind
) -> HttpResponse:
    entity = scope.find(request.actor, "DeleteAlias", organization, entity_id, kind)
    form = RemovedAliasForm(request.POST)
    return press(
        request,
        entity,
        form,
        "DeleteAlias",
        message=lambda: f"{form.cleaned_data['Alias']} does not reach {entity} any more.",
        params=lambda: {"EntityId": entity.entity_id, "Alias": form.cleaned_data["Alias"]},
    )


@require_POST
@performs("UpdatePrimaryEmailAddress")
def make_primary(
    request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind
) -> HttpResponse:
    entity = scope.find(request.actor, "UpdatePrimaryEmailAddress", organization, entity_id, kind)
    form = PrimaryForm(request.POST)
    return press(
        request,
        entity,
        form,
        "UpdatePrimaryEmailAddress",
        message=lambda: (
            f"{entity} now writes as {form.cleaned_data['Email']}; the old address stays an alias."
        ),
        params=lambda: {"EntityId": entity.entity_id, "Email": form.cleaned_data["Email"]},
    )
