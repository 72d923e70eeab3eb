"""A new person in two steps, creating and enabling; if the second fails it is taken up where it stopped."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.areas import failures
from console.areas.directory import scope
from console.areas.failures import Explanation
from console.areas.users.forms.creation import CreateForm
from console.aws import errors, gateway
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.once import spend
from console.ui.pages import posted


@dataclass(frozen=True, slots=True)
class Created:
    """What came of it; `trouble` says why the person could not be enabled."""

    user_id: str
    name: str
    password: str
    address: str
    trouble: Explanation | None = None
    detail: str = ""


@sensitive_post_parameters("Password")
@never_cache
@performs("CreateUser")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = CreateForm(posted(request), domains=_domains(request, organization))
    people = reverse("users:list", args=[organization.slug])
    if request.method == "POST" and form.is_valid():
        if not spend(form.cleaned_data["once"]):
            return _sent_twice(request, people)
        try:
            return _answer(request, organization, _create(request, organization, form))
        except errors.CallFailed as failure:
            if not failures.into(form, failure):
                return failures.page(request, failure, back=people)
    context = {"organization": organization, "back": people}
    return pages.form_page(request, "users/create.html", form, context)


def _domains(request: ConsoleRequest, organization: Organization) -> list[str]:
    """Where she may enable somebody new: nobody new has a domain yet that a narrowed right could reach."""
    if not policy.reaches_all(request.actor, "RegisterToWorkMail", organization):
        return []
    return scope.usable_domains(request.actor, "RegisterToWorkMail", organization)


def _create(request: ConsoleRequest, organization: Organization, form: CreateForm) -> Created:
    password = form.password()
    result = gateway.call(
        request.actor,
        "CreateUser",
        organization,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
        Password=password or None,
        **form.params(),
    )
    made = Created(str(result["UserId"]), form.cleaned_data["DisplayName"], password, form.address)
    return _enable(request, organization, form, made) if made.address else made


def _enable(request: ConsoleRequest, organization: Organization, form: CreateForm, made: Created) -> Created:
    try:
        gateway.call(
            request.actor,
            "RegisterToWorkMail",
            organization,
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
            EntityId=made.user_id,
            Email=made.address,
        )
    except errors.CallFailed as failure:
        told = failures.explain(failure)
        return Created(made.user_id, made.name, made.password, made.address, told, failures.detail(failure))
    return made


def _answer(request: ConsoleRequest, organization: Organization, made: Created) -> HttpResponse:
    """With a password the page itself, which shows it once; else on to the new person."""
    home = reverse("users:detail", args=[organization.slug, made.user_id])
    if not (made.password or made.trouble):
        return pages.done(request, f"{made.name} is created.", home)
    resume = reverse("users:enable", args=[organization.slug, made.user_id])
    context = {
        "organization": organization,
        "made": made,
        "password": made.password,
        "home": home,
        "resume": f"{resume}?{urlencode({'address': made.address})}",
    }
    return render(request, "users/created.html", context)


def _sent_twice(request: ConsoleRequest, people: str) -> HttpResponse:
    return pages.problem(
        request,
        title="Sent twice",
        happened="This form was sent before.",
        not_happened="Nobody was created a second time.",
        now="Look among the people; a password that you have not seen can be reset.",
        status=409,
        back=people,
    )
