"""Find out whether a write happened that no changed field can show, such as a creation."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from console import clock
from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.gateway import before_after, gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization

SETTLER = Actor.system("settling")
EXPORT_LISTING_PERIOD = timedelta(days=7)  # [documented]
Outcome = Entry.Outcome
FoundOutcome = tuple[Outcome, dict[str, Any] | None]
Finder = Callable[[Entry, Organization], FoundOutcome]
Params = Mapping[str, Any]


def read_now(intent: Entry, organization: Organization) -> dict[str, Any]:
    """Return the current results of the write's reads, in the form of the audit log."""
    shown = before_after.read_before(CATALOGUE[intent.operation], organization, intent.body["params"])
    plain: dict[str, Any] = journal.plain(shown)
    return plain


def _find_by_name(read: str, member: str) -> Finder:
    """Find a created entity by its name, which WorkMail accepts as an id [documented]."""

    def find(intent: Entry, organization: Organization) -> FoundOutcome:
        try:
            shown = gateway.call(SETTLER, read, organization, **{member: intent.body["params"]["Name"]})
        except errors.Refused as answer:
            if answer.code != "EntityNotFoundException":
                raise
            return Outcome.NOT_APPLIED, None
        return Outcome.APPLIED, {read: shown}

    return find


def _find_export_job(intent: Entry, organization: Organization) -> FoundOutcome:
    """Find an export job by the token in its description."""
    mark = intent.body["params"].get("Description")
    for page in gateway.call_pages(SETTLER, "ListMailboxExportJobs", organization):
        for job in page.get("Jobs", []):
            if mark and job.get("Description") == mark:
                return Outcome.APPLIED, {"ListMailboxExportJobs": job}
    listed = mark and clock.now() - intent.at < EXPORT_LISTING_PERIOD
    return Outcome.NOT_APPLIED if listed else Outcome.UNDETERMINED, None


def _find_by_state(*reached: str) -> Finder:
    """Check that the first read shows one of the states that the write leads to."""

    def find(intent: Entry, organization: Organization) -> FoundOutcome:
        now = read_now(intent, organization)
        shown: Params = next(iter(now.values()), {})
        state = shown.get("State")
        return Outcome.APPLIED if state in reached else Outcome.NOT_APPLIED, now

    return find


FINDERS: dict[str, Finder] = {
    "DeleteOrganization": _find_by_state("Deleting", "Deleted"),
    "CreateUser": _find_by_name("DescribeUser", "UserId"),
    "CreateGroup": _find_by_name("DescribeGroup", "GroupId"),
    "CreateResource": _find_by_name("DescribeResource", "ResourceId"),
    "StartMailboxExportJob": _find_export_job,
    "CancelMailboxExportJob": _find_by_state("CANCELLED"),
    "DeregisterFromWorkMail": _find_by_state("DISABLED", "DELETED"),
}
