"""Troubleshoot a user's mail access with everything WorkMail can say about it."""

from django.http import HttpResponse

from console.areas.entities import kinds
from console.areas.entities.form_views import get_requested_entity
from console.areas.entities.kinds import Kind
from console.areas.troubleshooting import aws_reads, diagnosis
from console.areas.troubleshooting.forms import ConnectionForm
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@performs("DiagnosePerson")
def show_diagnosis(request: ConsoleRequest, user_id: str) -> HttpResponse:
    person = get_requested_entity(request, user_id, Kind.USER)
    form = ConnectionForm(request.GET or None)
    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context = {
        "title": f"Why can’t {person} get mail?",  # noqa: RUF001 - an apostrophe
        "organization": request.organization,
        "person": person,
        "form": form,
        "back": kinds.entity_url(person),
    }
    if not pages.is_prefetch(request):
        found = aws_reads.read_answers(request.actor, person, told.get("address", ""), told.get("device", ""))
        case = diagnosis.DiagnosisCase(request.actor, person, found, told.get("device_id", ""))
        context["findings"] = diagnosis.diagnose(case)
        context["problems"] = [aws_errors.explain_error(each, wrote=False) for each in found.failures[:1]]
        context["asked"] = len(found.answers) + len(found.protocols)
    return pages.render_page(request, "doctor/diagnose.html", context, fragment="findings")
