"""How large a person's mailbox may become."""

from django.http import HttpResponse

from console.areas.directory.views.asking import ask
from console.areas.users import scope
from console.areas.users.forms.quota import QuotaForm
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui.pages import posted


@performs("UpdateMailboxQuota")
def quota(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "UpdateMailboxQuota", organization, user_id)
    form = QuotaForm(posted(request), current={"MailboxQuota": person.mailbox_quota})
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
