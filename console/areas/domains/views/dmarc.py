"""Whether incoming mail is held to the DMARC policy of the domain that it says it is from."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.domains import inbound
from console.areas.domains.forms import DmarcForm
from console.areas.domains.views import writing
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors

DONE = {
    True: "WorkMail now applies the DMARC policies of senders.",
    False: "WorkMail no longer applies the DMARC policies of senders.",
}


@performs("PutInboundDmarcSettings")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    back = reverse("domains:list", args=[organization.slug])
    try:
        current = gateway.call(request.actor, inbound.READ, organization)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=back)
    form = DmarcForm(pages.posted(request), current=current, subject=organization.organization_id)
    if form.is_valid():
        wanted = bool(form.cleaned_data["Enforced"])
        expecting = {"Enforced": current.get("Enforced")}
        answer = writing.perform(
            request,
            organization,
            form,
            "PutInboundDmarcSettings",
            DONE[wanted],
            back,
            expecting=expecting,
            Enforced=wanted,
        )
        if answer is not None:
            return answer
    context = {"title": "Inbound DMARC", "organization": organization, "back": back}
    return pages.form_page(request, "domains/dmarc.html", form, context)
