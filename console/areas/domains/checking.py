"""A check of a domain: look everything up, judge it, keep it, and tell what changed since the last one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet

from console.areas.domains import records, showing
from console.areas.domains.dns import judging, resolving
from console.areas.domains.dns.verdicts import Status, Verdict
from console.areas.domains.models import KEPT, Check
from console.mirror.models import Organization

State = Check.State


@dataclass(frozen=True, slots=True)
class Change:
    """A record whose status is another than it was in the check before."""

    label: str
    hostname: str
    before: str
    after: str

    @property
    def was(self) -> str:
        return showing.word(self.before)

    @property
    def now(self) -> str:
        return showing.word(self.after)


def run(organization: Organization, domain: str, shown: Mapping[str, Any], by: str) -> Check:
    """Look the domain's records up now and keep the result; `shown` is GetMailDomain's answer."""
    wanted = records.of(domain, shown)
    answers = resolving.ask(map(judging.question, wanted))
    verdicts = judging.judge(wanted, answers)
    check = Check.objects.create(
        organization=organization,
        domain=domain,
        by=by,
        state=state(verdicts, answers.values()),
        resolver=resolving.described()[:500],
        ownership=shown.get("OwnershipVerificationStatus", ""),
        dkim=shown.get("DkimVerificationStatus", ""),
        results=[verdict.kept() for verdict in verdicts],
    )
    _prune(organization, domain)
    return check


def state(verdicts: Sequence[Verdict], answers: Iterable[resolving.Answer]) -> State:
    statuses, answers = {verdict.status for verdict in verdicts}, list(answers)
    if statuses and not any(answer.is_known for answer in answers):
        # A server that answers that it cannot say is there, so there is DNS.
        failed = any(answer.outcome is resolving.Outcome.FAILED for answer in answers)
        return State.INCOMPLETE if failed else State.NO_DNS
    if statuses & {Status.MISSING, Status.DIFFERS}:
        return State.PROBLEMS
    return State.INCOMPLETE if Status.UNKNOWN in statuses else State.OK


def history(organization: Organization, domain: str) -> QuerySet[Check]:
    """What is kept of the domain, latest first."""
    return Check.objects.filter(organization=organization, domain=domain)


def verdicts(check: Check) -> list[Verdict]:
    return [Verdict.read(each) for each in check.results]


def told(checks: Iterable[Check]) -> list[tuple[Check, list[Change] | None]]:
    """Checks, latest first, each with what changed since the one before; `None` where none is before."""
    found = list(checks)
    pairs = zip_longest(found, found[1:])
    return [(each, changes(before, each) if before else None) for each, before in pairs]


def changes(before: Check, after: Check) -> list[Change]:
    """Records that have another status, and what AWS says of the domain if that is another."""
    known = {_key(verdict): verdict.status.value for verdict in verdicts(before)}
    found = [
        Change(each.label, each.hostname, known[_key(each)], each.status.value)
        for each in verdicts(after)
        if known.get(_key(each), each.status.value) != each.status.value
    ]
    for label, earlier, later in (
        ("AWS on ownership", before.ownership, after.ownership),
        ("AWS on DKIM", before.dkim, after.dkim),
    ):
        if earlier != later:
            found.append(Change(label, after.domain, earlier.lower(), later.lower()))
    return found


def _key(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.kind.value, verdict.type, verdict.hostname


def _prune(organization: Organization, domain: str) -> None:
    kept = history(organization, domain).values_list("pk", flat=True)[:KEPT]
    history(organization, domain).exclude(pk__in=list(kept)).delete()
