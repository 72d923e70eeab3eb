"""Whose address is this? Asked of the mirror, and of WorkMail for one that the mirror does not know."""

from django.http import HttpResponse

from console.areas.mailboxes import finding, showing
from console.areas.mailboxes.forms.address import AddressForm
from console.aws import errors
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@performs("DescribeEntity")
def address(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = AddressForm(request.GET if "Email" in request.GET else None)
    context = {
        "organization": organization,
        "tabs": showing.tabs(request.actor, organization, "mailboxes:address"),
    }
    if form.is_bound and form.is_valid():
        context |= _asked(request, organization, form)
    return pages.form_page(request, "mailboxes/address.html", form, context)


def _asked(request: ConsoleRequest, organization: Organization, form: AddressForm) -> dict[str, object]:
    """What came of it; an address outside of her domains is not even asked for."""
    email = str(form.cleaned_data["Email"])
    reach = policy.granted_domains(request.actor, "DescribeEntity", organization)
    if reach and email.rpartition("@")[2].lower() not in reach:
        form.add_error("Email", f"You may ask for addresses on {' and '.join(reach)}.")
        return {}
    try:
        return {"holder": finding.holder(request.actor, organization, email)}
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return {}
        return {
            "notice": aws_errors.explain_error(failure, wrote=False),
            "detail": aws_errors.error_detail(failure),
        }
