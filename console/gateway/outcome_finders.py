"""For writes of which no facet says whether they happened, such as creations: what to look for instead."""

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
EXPORTS_LISTED = timedelta(days=7)  # [documented]
Outcome = Entry.Outcome
Finding = tuple[Outcome, dict[str, Any] | None]
Finder = Callable[[Entry, Organization], Finding]
Params = Mapping[str, Any]


def look(intent: Entry, organization: Organization) -> dict[str, Any]:
    """What the write's reads show now, in the form in which the ledger keeps what they showed before."""
    shown = before_after.before(CATALOGUE[intent.operation], organization, intent.body["params"])
    plain: dict[str, Any] = journal.plain(shown)
    return plain


def _by_name(read: str, member: str) -> Finder:
    """For creations: WorkMail finds users, groups and resources by name too [documented]."""

    def find(intent: Entry, organization: Organization) -> Finding:
        try:
            shown = gateway.call(SETTLER, read, organization, **{member: intent.body["params"]["Name"]})
        except errors.Refused as answer:
            if answer.code != "EntityNotFoundException":
                raise
            return Outcome.NOT_APPLIED, None
        return Outcome.APPLIED, {read: shown}

    return find


def _export_job(intent: Entry, organization: Organization) -> Finding:
    """An export carries its own mark in its description."""
    mark = intent.body["params"].get("Description")
    for page in gateway.pages(SETTLER, "ListMailboxExportJobs", organization):
        for job in page.get("Jobs", []):
            if mark and job.get("Description") == mark:
                return Outcome.APPLIED, {"ListMailboxExportJobs": job}
    listed = mark and clock.now() - intent.at < EXPORTS_LISTED
    return Outcome.NOT_APPLIED if listed else Outcome.UNDETERMINED, None


def _state(*reached: str) -> Finder:
    """The first read has a state: one of these after the write."""

    def find(intent: Entry, organization: Organization) -> Finding:
        now = look(intent, organization)
        shown: Params = next(iter(now.values()), {})
        state = shown.get("State")
        return Outcome.APPLIED if state in reached else Outcome.NOT_APPLIED, now

    return find


FINDERS: dict[str, Finder] = {
    "DeleteOrganization": _state("Deleting", "Deleted"),
    "CreateUser": _by_name("DescribeUser", "UserId"),
    "CreateGroup": _by_name("DescribeGroup", "GroupId"),
    "CreateResource": _by_name("DescribeResource", "ResourceId"),
    "StartMailboxExportJob": _export_job,
    "CancelMailboxExportJob": _state("CANCELLED"),
    "DeregisterFromWorkMail": _state("DISABLED", "DELETED"),
}
