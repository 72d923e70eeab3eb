"""Every organization of the AWS account and region that this one is in, also those not served here."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@performs("ListOrganizations")
def account(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    back = reverse("organizations:settings", args=[organization.slug])
    try:
        listed = list(gateway.call_pages(request.actor, "ListOrganizations", organization))
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=back)
    summaries = [each for page in listed for each in page.get("OrganizationSummaries", [])]
    context = {
        "title": "Organizations of the AWS account",
        "organization": organization,
        "back": back,
        "rows": _rows(request, summaries),
    }
    return pages.show(request, "organizations/account.html", context)


def _rows(request: ConsoleRequest, summaries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with where it is in the console, as far as the operator holds a grant there."""
    served = {each.organization_id: each for each in policy.held_organizations(request.actor)}
    return [{**each, "served": served.get(each["OrganizationId"])} for each in summaries]
