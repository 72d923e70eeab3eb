"""All mail domains of an organization, its inbound DMARC setting, and what mail programs are told."""

from django.http import HttpResponse

from console.areas.domains import clients, inbound, scope
from console.areas.domains.tables import DOMAINS, rows
from console.mirror.models import Organization, Sync
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import get_completeness
from console.ui import pages, tables


@performs("ListMailDomains")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    found = rows(scope.visible(request.actor, organization))
    extra = {"base": request.path, "is_read": get_completeness(organization).has_lists}
    page = tables.paginate(found, DOMAINS, request.GET, extra=extra)
    read = Sync.objects.filter(organization=organization, stage=Sync.Stage.DOMAINS).first()
    context = {
        "title": "Domains",
        "organization": organization,
        "page": page,
        "read_at": read.finished_at if read else None,
        "may": scope.rights(request.actor, organization),
    }
    if not pages.wants_fragment(request):
        context |= {
            "inbound": inbound.read(request.actor, organization),
            "settings": clients.settings(organization),
        }
    return pages.show(request, "domains/list.html", context, fragment="domains")
