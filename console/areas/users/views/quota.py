"""How large a person's mailbox may become."""

from django.http import HttpResponse

from console.areas.directory.kinds import place
from console.areas.directory.views.asking import ask
from console.areas.users import scope
from console.areas.users.forms.quota import QuotaForm
from console.aws import errors
from console.gateway import gateway
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@performs("UpdateMailboxQuota")
def quota(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "UpdateMailboxQuota", organization, user_id)
    if not get_mailbox(person).is_in_use:
        return pages.problem_page(
            request,
            title="No mailbox in use",
            happened=f"{person} has no mailbox in use, so there is no quota to set.",
            not_happened="The quota was not changed.",
            now="A user with the role User has one while enabled.",
            status=409,
            back=place(person),
        )
    try:
        form = _form(request, person)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(person))
    return ask(
        request,
        person,
        form,
        "UpdateMailboxQuota",
        title=f"How large the mailbox of {person} may become",
        verb="Set the quota",
        message=lambda: f"The mailbox of {person} may now hold {form.cleaned_data['MailboxQuota']:,} MB.",
        params=lambda: {"UserId": person.entity_id, "MailboxQuota": form.cleaned_data["MailboxQuota"]},
    )


def _form(request: ConsoleRequest, person: Entity) -> QuotaForm:
    if request.method == "POST":
        return QuotaForm(request.POST)
    quota = {"UserId": person.entity_id, "MailboxQuota": 0}
    values = gateway.read_current_values(request.actor, "UpdateMailboxQuota", person.organization, **quota)
    form = QuotaForm(current=values)
    form.show(person.entity_id, values)
    return form
