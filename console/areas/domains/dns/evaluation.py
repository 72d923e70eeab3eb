"""Evaluation of each record by its DNS answer; missing is distinct from inconsistent."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from console.areas.domains.dns import dmarc, spf
from console.areas.domains.dns.lookup import DnsAnswer, DnsQuestion
from console.areas.domains.dns.verdicts import (
    RecordStatus,
    Verdict,
    initial_verdict,
    is_same_host,
    join_names,
)
from console.areas.domains.records import DnsRecord, RecordKind

MX_ELSEWHERE = "Mail to the domain goes to {}, not to WorkMail."
MX_ALSO_ELSEWHERE = "WorkMail is among the hosts, but so is {}: some of the mail goes there."
NULL_MX = "The domain says that it takes no mail at all (a null MX record)."
CNAME_ELSEWHERE = "It points to {}."
OTHER_TEXT = "Something else stands there. Compare letter by letter: a value is often cut or put in quotes."


def build_question(record: DnsRecord) -> DnsQuestion:
    return DnsQuestion(record.hostname, record.type)


def evaluate_records(records: Iterable[DnsRecord], answers: Mapping[DnsQuestion, DnsAnswer]) -> list[Verdict]:
    return [_evaluate_record(record, answers[build_question(record)]) for record in records]


def _evaluate_record(record: DnsRecord, answer: DnsAnswer) -> Verdict:
    verdict = initial_verdict(record, answer)
    if verdict.status is RecordStatus.OK:
        return EVALUATORS[record.kind](verdict)
    if verdict.status is RecordStatus.MISSING and record.kind is RecordKind.DMARC:
        return dmarc.note_inheritance(verdict)
    return verdict


def evaluate_mx(verdict: Verdict) -> Verdict:
    """Compare the hosts; the preference does not matter."""
    hosts = [text.split()[-1].rstrip(".") for text in verdict.found]
    expected = verdict.expected.split()[-1]
    others = list(dict.fromkeys(host for host in hosts if not is_same_host(host, expected)))
    if others == [""]:
        return verdict.with_status(RecordStatus.DIFFERS, NULL_MX)
    if not others:
        return verdict
    told = MX_ELSEWHERE if len(others) == len(hosts) else MX_ALSO_ELSEWHERE
    return verdict.with_status(RecordStatus.DIFFERS, told.format(join_names(filter(None, others))))


def evaluate_cname(verdict: Verdict) -> Verdict:
    if all(is_same_host(found, verdict.expected) for found in verdict.found):
        return verdict
    return verdict.with_status(RecordStatus.DIFFERS, CNAME_ELSEWHERE.format(join_names(verdict.found)))


def evaluate_txt(verdict: Verdict) -> Verdict:
    """Look for the expected text among all texts."""
    if verdict.expected in verdict.found:
        return replace(verdict, found=(verdict.expected,))
    return verdict.with_status(RecordStatus.DIFFERS, OTHER_TEXT)


def evaluate_other(verdict: Verdict) -> Verdict:
    """Look for the expected value of a record of an unknown kind, compared as host names are."""
    if any(is_same_host(found, verdict.expected) for found in verdict.found):
        return verdict
    return verdict.with_status(RecordStatus.DIFFERS, OTHER_TEXT)


EVALUATORS: dict[RecordKind, Callable[[Verdict], Verdict]] = {
    RecordKind.OWNERSHIP: evaluate_txt,
    RecordKind.MX: evaluate_mx,
    RecordKind.AUTODISCOVER: evaluate_cname,
    RecordKind.SPF: spf.evaluate_spf,
    RecordKind.DKIM: evaluate_cname,
    RecordKind.DMARC: dmarc.evaluate_dmarc,
    RecordKind.OTHER: evaluate_other,
}
