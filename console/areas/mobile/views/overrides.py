"""Exceptions for one device of one person, for the organization and on the person's own page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from console.areas.access_rules import reading as access
from console.areas.access_rules import showing
from console.areas.access_rules.grouping import groups
from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.areas.directory.views.suggestions import suggest
from console.areas.mobile import overriding, reading, wording
from console.areas.mobile.forms.overrides import OverrideForm, RemovalForm
from console.areas.mobile.views.rules import home as rules_home
from console.areas.mobile.views.rules import reads
from console.gateway import gateway
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.deciding import ALLOW
from console.ui import markup, pages
from console.web import operation_views
from console.web.rule_review import EFFECT_DELAY

PUT, DELETE = "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride"


@performs("ListMobileDeviceAccessOverrides")
@reads
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    found = reading.overrides(request.actor, organization)
    ends = overriding.ends(organization)
    context = {
        "title": "Overrides for devices",
        "organization": organization,
        "overrides": [_shown(each, person, ends) for each, person in found],
        "whole": policy.covers_organization(request.actor, "ListMobileDeviceAccessOverrides", organization),
        "may": _may(request, organization),
    }
    return pages.show(request, "mobile/overrides.html", context)


@performs("ListMobileDeviceAccessOverrides")
@reads
def person(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """What rules and overrides mean for one person: a part of her page, read when somebody asks for it."""
    actor = request.actor
    operation = "ListMobileDeviceAccessOverrides"
    somebody = scope.find(actor, operation, organization, user_id, Kind.USER)
    ends = overriding.ends(organization)
    context = {
        "title": f"Rules and devices of {somebody}",
        "organization": organization,
        "person": somebody,
        "overrides": [_shown(each, somebody, ends) for each in reading.overrides_of(actor, somebody)],
        "mobile_rules": _mobile_rules(request, organization),
        "access_rules": _access_rules(request, somebody),
        "may": _may(request, organization, somebody),
    }
    return pages.show(request, "mobile/person.html", context, fragment="rules")


@performs("PutMobileDeviceAccessOverride")
@reads
def put(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """With `?other=` and `DeviceId=` of an override that exists, the form shows its current values."""
    users = policy.visible_entities(request.actor, PUT, organization)
    device = {name: request.GET.get(name, "") for name in ("other", "DeviceId")}
    values = {} if request.method == "POST" else _override_values(request, users, device)
    override: dict[str, Any] = next(filter(None, values.values()), {})
    form = OverrideForm(
        pages.posted(request),
        people=users,
        suggest=suggest(organization, "all"),
        may_end=policy.allows(request.actor, DELETE, organization),
        initial={"Effect": "ALLOW", **device, **override},
    )
    if values:
        form.show(device["other"], values)
    if form.is_valid():
        answer = _put(request, organization, form)
        if answer is not None:
            return answer
    context = {"title": "Override for a device", "organization": organization, "back": home(organization)}
    return pages.form_page(request, "mobile/override.html", form, context)


@performs("DeleteMobileDeviceAccessOverride")
def delete(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """Its planned end, if it has one, goes with it."""
    somebody = scope.find(request.actor, DELETE, organization, user_id, Kind.USER)
    form = RemovalForm(pages.posted(request), initial={"DeviceId": request.GET.get("DeviceId", "")})
    return operation_views.operation_page(
        request,
        organization,
        form,
        DELETE,
        title=f"Remove an override of {somebody}",
        verb="Remove",
        note="From then on the rules decide about this device, as about all others.",
        message=lambda: f"The rules decide about device {form.device} again.",
        params=lambda: {"UserId": somebody.entity_id, "DeviceId": form.device},
        ends=lambda: overriding.end(somebody, form.device),
        back=home(organization),
        landing=lambda: kinds.place(somebody),
        target=somebody,
        context={"trail": [("Mobile devices", rules_home(organization)), ("Overrides", home(organization))]},
    )


def _put(request: ConsoleRequest, organization: Organization, form: OverrideForm) -> HttpResponse | None:
    somebody, params = form.cleaned_data["other"], form.asked()
    verb = "Allow" if params["Effect"] == ALLOW else "Deny"
    return operation_views.perform_operation(
        request,
        organization,
        form,
        PUT,
        lambda: _effective(form.cleaned_data.get("until")),
        params,
        title=f"{verb} device {params['DeviceId']} of {somebody}",
        ends=lambda: overriding.end(somebody, params["DeviceId"]),
        back=home(organization),
        landing=lambda: kinds.place(somebody),
    )


def _override_values(
    request: ConsoleRequest, users: EntityQuerySet, device: Mapping[str, str]
) -> dict[str, Any]:
    user = users.filter(entity_id=device["other"]).first() if device["DeviceId"] else None
    if user is None:
        return {}
    named = {"UserId": user.entity_id, "DeviceId": device["DeviceId"]}
    return gateway.read_current_values(request.actor, PUT, user.organization, **named)


def _effective(until: datetime | None) -> str:
    ends = f", and ends at {markup.stamp(until)}" if until else ""
    return f"The override is in effect by {markup.stamp(timezone.now() + EFFECT_DELAY)}{ends}."


def _shown(
    override: dict[str, Any], somebody: Entity | None, ends: dict[overriding.Key, datetime | None]
) -> dict[str, Any]:
    return {
        **override,
        "person": somebody,
        "allows": override["Effect"] == ALLOW,
        "until": ends.get(overriding.key(override)),
    }


def _mobile_rules(request: ConsoleRequest, organization: Organization) -> list[tuple[str, bool]] | None:
    if not policy.allows(request.actor, "ListMobileDeviceAccessRules", organization):
        return None
    rules = reading.rules(request.actor, organization)
    return [(wording.sentence(rule), rule["Effect"] == ALLOW) for rule in rules]


def _access_rules(request: ConsoleRequest, somebody: Entity) -> list[showing.Shown] | None:
    """Those that concern her: the ones that are about other people alone do not."""
    actor, organization = request.actor, somebody.organization
    if not policy.allows(actor, "ListAccessControlRules", organization):
        return None
    rules = access.rules(actor, organization)
    words = access.wording(actor, organization, rules)
    concern = [rule for rule in rules if access.concerns(rule, somebody.entity_id)]
    return [showing.shown(group, words) for group in groups(concern)]


def _may(
    request: ConsoleRequest, organization: Organization, somebody: Entity | None = None
) -> dict[str, bool]:
    return {name: policy.allows(request.actor, name, organization, somebody) for name in (PUT, DELETE)}


def home(organization: Organization) -> str:
    return reverse("mobile:overrides", args=[organization.slug])
