"""Bringing somebody back within the thirty days: what comes, what does not, and a draft of it."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import about
from console.areas.lifecycle import capsules, freezing, rehiring
from console.areas.lifecycle.models import Capsule
from console.areas.lifecycle.rehiring import KIND, Return
from console.aws import errors
from console.changes import drafts
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ReasonForm
from console.ui.pages import SeeOther, post_data
from console.web import aws_errors


@performs("RegisterToWorkMail")
def rehire(request: ConsoleRequest, organization: Organization, entity_id: str) -> HttpResponse:
    person = scope.find(request.actor, "RegisterToWorkMail", organization, entity_id, Kind.USER)
    capsule = capsules.latest(person)
    if person.state != Entity.State.DISABLED or capsule is None:
        return _impossible(request, person)
    form = ReasonForm(post_data(request))
    try:
        way = _plan(request, person, capsule)
        if request.method == "POST" and form.is_valid() and way.steps:
            return _draft(request, way, form)
    except policy.Refusal as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}. Nothing was planned.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure, back=kinds.place(person))
    context = {
        **about(person),
        "title": f"Bring {person} back",
        "verb": "Show the steps" if way.steps else "",
        "back": kinds.place(person),
        "capsule": capsule,
        "way": way,
        "deletions": rehiring.deletions(person),
        "undo": "The password stays unknown: reset it once the person is back.",
    }
    return pages.form_page(request, "lifecycle/rehire.html", form, context)


def _plan(request: ConsoleRequest, person: Entity, capsule: Capsule) -> Return:
    actor, organization = request.actor, person.organization
    described = gateway.call(actor, "DescribeUser", organization, UserId=person.entity_id)
    may_thaw = policy.allows(actor, freezing.PUT, organization, person)
    rules = freezing.rules_of(actor, organization) if may_thaw else []
    return rehiring.plan(person, capsule, described, rules)


def _draft(request: ConsoleRequest, way: Return, form: ReasonForm) -> HttpResponse:
    """The planned deletion is called off at once, whatever becomes of the draft."""
    change = drafts.create_draft(
        request.actor,
        way.organization,
        f"Bring {way.person} back",
        way.steps,
        kind=KIND,
        data={"entity_id": way.person.entity_id, "capsule": way.capsule.pk},
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    rehiring.call_off_deletion(request.actor, way.person)
    return SeeOther(reverse("changes:detail", args=[way.organization.slug, change.pk]))


def _impossible(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="Nothing to bring back",
        happened=f"{person} is not disabled, or was not offboarded through the console within 30 days.",
        not_happened="Nothing was planned.",
        now="Whoever is disabled can be enabled from the person's page; the mailbox is kept for 30 days.",
        status=409,
        back=kinds.place(person),
    )
