"""Checks of a domain's DNS records: run, history and differences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet

from console.areas.domains import display, records
from console.areas.domains.dns import evaluation, lookup
from console.areas.domains.dns.verdicts import RecordStatus, Verdict
from console.areas.domains.models import MAX_CHECKS, Check
from console.mirror.models import Organization

State = Check.State


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A record whose status differs from the previous check."""

    label: str
    hostname: str
    before: str
    after: str

    @property
    def was(self) -> str:
        return display.status_text(self.before)

    @property
    def now(self) -> str:
        return display.status_text(self.after)


def run_check(organization: Organization, domain: str, details: Mapping[str, Any], by: str) -> Check:
    """Check the domain's records now and store the result; `details` is GetMailDomain's answer."""
    expected_records = records.list_records(domain, details)
    answers = lookup.look_up_all(map(evaluation.build_question, expected_records))
    verdicts = evaluation.evaluate_records(expected_records, answers)
    check = Check.objects.create(
        organization=organization,
        domain=domain,
        by=by,
        state=overall_state(verdicts, answers.values()),
        resolver=lookup.describe_servers()[:500],
        ownership=details.get("OwnershipVerificationStatus", ""),
        dkim=details.get("DkimVerificationStatus", ""),
        results=[verdict.kept() for verdict in verdicts],
    )
    _prune_checks(organization, domain)
    return check


def overall_state(verdicts: Sequence[Verdict], answers: Iterable[lookup.DnsAnswer]) -> State:
    statuses, answers = {verdict.status for verdict in verdicts}, list(answers)
    if statuses and not any(answer.is_known for answer in answers):
        # A server that answers that it cannot say is there, so there is DNS.
        failed = any(answer.outcome is lookup.LookupOutcome.FAILED for answer in answers)
        return State.INCOMPLETE if failed else State.NO_DNS
    if statuses & {RecordStatus.MISSING, RecordStatus.DIFFERS}:
        return State.PROBLEMS
    return State.INCOMPLETE if RecordStatus.UNKNOWN in statuses else State.OK


def list_checks(organization: Organization, domain: str) -> QuerySet[Check]:
    """Return the stored checks of the domain, the latest first."""
    return Check.objects.filter(organization=organization, domain=domain)


def read_verdicts(check: Check) -> list[Verdict]:
    return [Verdict.read(each) for each in check.results]


def list_differences(checks: Iterable[Check]) -> list[tuple[Check, list[StatusChange] | None]]:
    """Return the checks with what changed since the previous one, `None` if there is no previous one."""
    newest_first = list(checks)
    pairs = zip_longest(newest_first, newest_first[1:])
    return [(each, compare_checks(before, each) if before else None) for each, before in pairs]


def compare_checks(before: Check, after: Check) -> list[StatusChange]:
    """Return the records, and AWS's statuses, that differ between two checks."""
    earlier_statuses = {_verdict_key(verdict): verdict.status.value for verdict in read_verdicts(before)}
    status_changes = [
        StatusChange(each.label, each.hostname, earlier_statuses[_verdict_key(each)], each.status.value)
        for each in read_verdicts(after)
        if earlier_statuses.get(_verdict_key(each), each.status.value) != each.status.value
    ]
    for label, earlier, later in (
        ("AWS on ownership", before.ownership, after.ownership),
        ("AWS on DKIM", before.dkim, after.dkim),
    ):
        if earlier != later:
            status_changes.append(StatusChange(label, after.domain, earlier.lower(), later.lower()))
    return status_changes


def _verdict_key(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.kind.value, verdict.type, verdict.hostname


def _prune_checks(organization: Organization, domain: str) -> None:
    newest = list_checks(organization, domain).values_list("pk", flat=True)[:MAX_CHECKS]
    list_checks(organization, domain).exclude(pk__in=list(newest)).delete()
