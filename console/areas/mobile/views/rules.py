"""Mobile device rules: the list, a rule that is asked for, what it flips, and a tester."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from console.areas.directory.views.suggestions import suggest
from console.areas.mobile import planning, reading, testing, wording
from console.areas.mobile.forms.overrides import TestForm
from console.areas.mobile.forms.rule import RuleForm
from console.areas.mobile.planning import ID, KIND, Plan
from console.aws import errors
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.deciding import ALLOW
from console.ui import pages
from console.web import aws_errors, rule_review

OFFERED = (
    "CreateMobileDeviceAccessRule",
    "UpdateMobileDeviceAccessRule",
    "DeleteMobileDeviceAccessRule",
    "GetMobileDeviceAccessEffect",
    "ListMobileDeviceAccessOverrides",
)
SAID = {"ALLOW": ("allowed", "success"), "DENY": ("denied", "danger")}
Found = Sequence[dict[str, Any]]


def reads(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What AWS refuses to show is said on a page."""

    def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except errors.CallFailed as failure:
            return aws_errors.error_page(request, failure)

    return guarded


@performs("ListMobileDeviceAccessRules")
@reads
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    rules = reading.rules(request.actor, organization)
    context = {
        "title": "Mobile devices",
        "organization": organization,
        "rules": [(rule, wording.sentence(rule), rule["Effect"] == ALLOW) for rule in rules],
        "may": {name: policy.allows(request.actor, name, organization) for name in OFFERED},
    }
    return pages.show(request, "mobile/list.html", context)


@performs("CreateMobileDeviceAccessRule")
@reads
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return _edit(request, organization, reading.rules(request.actor, organization), None)


@performs("UpdateMobileDeviceAccessRule")
@reads
def edit(request: ConsoleRequest, organization: Organization, device_rule: str) -> HttpResponse:
    rules = reading.rules(request.actor, organization)
    return _edit(request, organization, rules, _find(rules, device_rule))


@performs("DeleteMobileDeviceAccessRule")
@reads
def delete(request: ConsoleRequest, organization: Organization, device_rule: str) -> HttpResponse:
    rules = reading.rules(request.actor, organization)
    rule = _find(rules, device_rule)
    plan = planning.deleting(organization, rules, rule)
    return _review(request, plan, "Delete the rule", f"Delete {rule['Name']}?", None)


@performs("GetMobileDeviceAccessEffect")
@reads
def test(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Whether a device may synchronize, by the rules and by an override."""
    actor = request.actor
    people = policy.visible_entities(actor, "GetMobileDeviceAccessOverride", organization)
    bound = request.GET if "DeviceType" in request.GET else None
    form = TestForm(bound, people=people, suggest=suggest(organization, "all"))
    context: dict[str, Any] = {"title": "Test a device", "organization": organization}
    if form.is_bound and form.is_valid():
        person, device_id = form.cleaned_data["other"], form.cleaned_data["DeviceId"]
        context["answer"] = testing.ask(actor, organization, form.device(), person, device_id)
    return pages.form_page(request, "mobile/test.html", form, context)


def _edit(
    request: ConsoleRequest, organization: Organization, rules: Found, rule: dict[str, Any] | None
) -> HttpResponse:
    form = RuleForm(pages.posted(request), rule=rule)
    if form.is_bound and form.is_valid() and request.POST.get("step") != rule_review.EDIT:
        plan = planning.saving(organization, rules, form.asked(), rule[ID] if rule else planning.NEW)
        return _review(request, plan, "Save the rule", plan.title, form)
    context = {
        "title": f"Change {rule['Name']}" if rule else "New mobile device rule",
        "organization": organization,
        "back": home(organization),
    }
    return pages.form_page(request, "mobile/edit.html", form, context)


def _review(
    request: ConsoleRequest, plan: Plan, verb: str, heading: str, form: RuleForm | None
) -> HttpResponse:
    prefixes = plan.draft.prefixes
    flips = [
        (wording.kind(flip.reports, prefixes), SAID[flip.before][0], *SAID[flip.after])
        for flip in plan.draft.flips
    ]
    warnings = ["No device whatever could synchronize any more."] if plan.phrase else []
    asked: dict[str, Any] = {"kind": KIND, "verb": verb, "heading": heading, "form": form}
    context = {"flips": flips, "warnings": warnings, "followers": "Devices"}
    back = home(plan.organization)
    return rule_review.review_page(request, plan, "mobile/review.html", context, back=back, **asked)


def _find(rules: Found, rule_id: str) -> dict[str, Any]:
    rule = next((rule for rule in rules if rule[ID] == rule_id), None)
    if rule is None:
        raise Http404("no rule of this id")
    return rule


def home(organization: Organization) -> str:
    return reverse("mobile:list", args=[organization.slug])
