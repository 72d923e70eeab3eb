"""What the pages about mailboxes have in common."""

from django.urls import reverse

from console.actor import Actor
from console.mirror.models import Organization
from console.operators import policy

PAGES = (
    ("Mailboxes", "mailboxes:list", "GetMailboxDetails"),
    ("Who may open whose", "mailboxes:access", "ListMailboxPermissions"),
    ("Whose address is this?", "mailboxes:address", "DescribeEntity"),
)


def tabs(actor: Actor, organization: Organization, current: str) -> list[tuple[str, str, bool]]:
    """The pages of this area, for whoever may open them."""
    return [
        (label, reverse(name, args=[organization.slug]), name == current)
        for label, name, operation in PAGES
        if policy.allows(actor, operation, organization)
    ]
