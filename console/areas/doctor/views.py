"""Why she cannot get her mail: one page that asks WorkMail everything that could be the reason."""

from django.http import HttpResponse

from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.areas.doctor import findings, reading
from console.areas.doctor.forms import WhereForm
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@performs("DiagnosePerson")
def diagnose(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DiagnosePerson", organization, user_id, Kind.USER)
    form = WhereForm(request.GET or None)
    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context = {
        "title": f"Why can’t {person} get mail?",  # noqa: RUF001 - an apostrophe
        "organization": organization,
        "person": person,
        "form": form,
        "back": kinds.place(person),
    }
    if not pages.is_prefetch(request):
        found = reading.read(request.actor, person, told.get("address", ""), told.get("device", ""))
        case = findings.Case(request.actor, person, found, told.get("device_id", ""))
        context["findings"] = findings.findings(case)
        context["problems"] = [aws_errors.explain_error(each, wrote=False) for each in found.failures[:1]]
        context["asked"] = len(found.answers) + len(found.protocols)
    return pages.show(request, "doctor/diagnose.html", context, fragment="findings")
