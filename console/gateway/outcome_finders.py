"""Find out whether a write happened that no changed field can show, such as a creation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from console import clock
from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import CATALOGUE, Settle
from console.aws.catalogue.fields import first_result
from console.gateway import before_after, gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization

SETTLER = Actor.system("settling")
EXPORT_LISTING_PERIOD = timedelta(days=7)  # [documented]
Outcome = Entry.Outcome
FoundOutcome = tuple[Outcome, dict[str, Any] | None]
Finder = Callable[[Entry, Organization], FoundOutcome]


def read_now(intent: Entry, organization: Organization) -> dict[str, Any]:
    """Return the current results of the write's reads, in the form of the audit log."""
    shown = before_after.read_before(CATALOGUE[intent.operation], organization, intent.body["params"])
    plain: dict[str, Any] = journal.plain(shown)
    return plain


def _find_by_name(intent: Entry, organization: Organization) -> FoundOutcome:
    """Find a created entity by its name, which WorkMail accepts as an id [documented]."""
    (read,) = CATALOGUE[intent.operation].reads
    target = {CATALOGUE[read.operation].target: intent.body["params"]["Name"]}
    try:
        shown = gateway.call(SETTLER, read.operation, organization, **target)
    except errors.Refused as answer:
        if answer.code != "EntityNotFoundException":
            raise
        return Outcome.NOT_APPLIED, None
    return Outcome.APPLIED, {read.operation: shown}


def _find_export_job(intent: Entry, organization: Organization) -> FoundOutcome:
    """Find an export job by the token in its description."""
    mark = intent.body["params"].get("Description")
    for page in gateway.call_pages(SETTLER, "ListMailboxExportJobs", organization):
        for job in page.get("Jobs", []):
            if mark and job.get("Description") == mark:
                return Outcome.APPLIED, {"ListMailboxExportJobs": job}
    listed = mark and clock.now() - intent.at < EXPORT_LISTING_PERIOD
    return Outcome.NOT_APPLIED if listed else Outcome.UNDETERMINED, None


def _find_by_state(intent: Entry, organization: Organization) -> FoundOutcome:
    """Check that the first read shows one of the states that the write leads to."""
    now = read_now(intent, organization)
    state = first_result(now).get("State")
    reached = state in CATALOGUE[intent.operation].end_states
    return Outcome.APPLIED if reached else Outcome.NOT_APPLIED, now


FINDERS: dict[Settle, Finder] = {
    Settle.NAME: _find_by_name,
    Settle.STATES: _find_by_state,
    Settle.EXPORT_JOB: _find_export_job,
}
