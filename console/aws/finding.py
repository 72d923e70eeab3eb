"""For writes of which no member of a read says whether they happened: what to look for instead."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.aws import errors, gateway, looking
from console.aws.catalogue import CATALOGUE
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.actors import Actor

SETTLER = Actor.system("settling")
EXPORTS_LISTED = timedelta(days=7)  # [documented]
Outcome = Entry.Outcome
Finding = tuple[Outcome, dict[str, Any] | None]
Finder = Callable[[Entry, Organization], Finding]
Params = Mapping[str, Any]
Row = Callable[[Params, Any], bool]


def look(intent: Entry, organization: Organization) -> dict[str, Any]:
    """What the write's reads show now, in the form in which the ledger keeps what they showed before."""
    shown = looking.before(CATALOGUE[intent.operation], organization, intent.body["params"])
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
    listed = mark and timezone.now() - intent.at < EXPORTS_LISTED
    return Outcome.NOT_APPLIED if listed else Outcome.UNDETERMINED, None


def _state(*reached: str) -> Finder:
    """The first read has a state: one of these after the write."""

    def find(intent: Entry, organization: Organization) -> Finding:
        now = look(intent, organization)
        shown: Params = next(iter(now.values()), {})
        state = shown.get("State")
        return Outcome.APPLIED if state in reached else Outcome.NOT_APPLIED, now

    return find


def _added(row: Row) -> Finder:
    """The first read lists it; if not, that must not be because it goes by another name there."""

    def find(intent: Entry, organization: Organization) -> Finding:
        now = look(intent, organization)
        if _lists(now, row, intent):
            return Outcome.APPLIED, now
        return Outcome.NOT_APPLIED if now == intent.body.get("before") else Outcome.UNDETERMINED, now

    return find


def _removed(row: Row) -> Finder:
    """The first read listed it and does so no more."""

    def find(intent: Entry, organization: Organization) -> Finding:
        now, before = look(intent, organization), intent.body.get("before") or {}
        if _lists(now, row, intent) or now == before:
            return Outcome.NOT_APPLIED, now
        return Outcome.APPLIED if _lists(before, row, intent) else Outcome.UNDETERMINED, now

    return find


def _lists(shown: Params, row: Row, intent: Entry) -> bool:
    listing: Params = next(iter(shown.values()), {})
    rows = (each for value in listing.values() if isinstance(value, list) for each in value)
    return any(row(intent.body["params"], each) for each in rows)


def _alias(params: Params, row: Any) -> bool:
    return bool(row.casefold() == params["Alias"].casefold())


def _group(params: Params, row: Any) -> bool:
    return bool(row["GroupId"] == params["GroupId"])


def _delegate(params: Params, row: Any) -> bool:
    return bool(row["Id"] == params["EntityId"])


def _grantee(params: Params, row: Any) -> bool:
    return bool(row["GranteeId"] == params["GranteeId"])


def _permission(params: Params, row: Any) -> bool:
    return _grantee(params, row) and set(row["PermissionValues"]) == set(params["PermissionValues"])


def _tagged(intent: Entry, organization: Organization) -> Finding:
    """Every tag that was asked for is there."""
    now = look(intent, organization)
    tags = now.get("ListTagsForResource", {}).get("Tags", [])
    if all(tag in tags for tag in intent.body["params"]["Tags"]):
        return Outcome.APPLIED, now
    return Outcome.NOT_APPLIED if now == intent.body.get("before") else Outcome.UNDETERMINED, now


FINDERS: dict[str, Finder] = {
    "DeleteOrganization": _state("Deleting", "Deleted"),
    "TagResource": _tagged,
    "CreateUser": _by_name("DescribeUser", "UserId"),
    "CreateGroup": _by_name("DescribeGroup", "GroupId"),
    "CreateResource": _by_name("DescribeResource", "ResourceId"),
    "StartMailboxExportJob": _export_job,
    "CancelMailboxExportJob": _state("CANCELLED"),
    "DeregisterFromWorkMail": _state("DISABLED", "DELETED"),
    "CreateAlias": _added(_alias),
    "DeleteAlias": _removed(_alias),
    "AssociateMemberToGroup": _added(_group),
    "DisassociateMemberFromGroup": _removed(_group),
    "AssociateDelegateToResource": _added(_delegate),
    "DisassociateDelegateFromResource": _removed(_delegate),
    "PutMailboxPermissions": _added(_permission),
    "DeleteMailboxPermissions": _removed(_grantee),
}
