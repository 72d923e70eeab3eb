"""Each record against what DNS has: by its meaning, and missing told from inconsistent."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from console.areas.domains.dns import dmarc, spf
from console.areas.domains.dns.resolving import Answer, Question
from console.areas.domains.dns.verdicts import Status, Verdict, begin, listed, same
from console.areas.domains.records import Kind, Record

MAIL_ELSEWHERE = "Mail to the domain goes to {}, not to WorkMail."
ALSO_ELSEWHERE = "WorkMail is among the hosts, but so is {}: some of the mail goes there."
NO_MAIL = "The domain says that it takes no mail at all (a null MX record)."
POINTS_ELSEWHERE = "It points to {}."
OTHER_TEXT = "Something else stands there. Compare letter by letter: a value is often cut or put in quotes."


def question(record: Record) -> Question:
    return Question(record.hostname, record.type)


def judge(records: Iterable[Record], answers: Mapping[Question, Answer]) -> list[Verdict]:
    return [_one(record, answers[question(record)]) for record in records]


def _one(record: Record, answer: Answer) -> Verdict:
    verdict = begin(record, answer)
    if verdict.status is Status.OK:
        return JUDGES[record.kind](verdict)
    if verdict.status is Status.MISSING and record.kind is Kind.DMARC:
        return dmarc.missing(verdict)
    return verdict


def mail(verdict: Verdict) -> Verdict:
    """The preference is of no interest while there is one host alone."""
    hosts = [text.split()[-1].rstrip(".") for text in verdict.found]
    expected = verdict.expected.split()[-1]
    others = list(dict.fromkeys(host for host in hosts if not same(host, expected)))
    if others == [""]:
        return verdict.but(Status.DIFFERS, NO_MAIL)
    if not others:
        return verdict
    told = MAIL_ELSEWHERE if len(others) == len(hosts) else ALSO_ELSEWHERE
    return verdict.but(Status.DIFFERS, told.format(listed(filter(None, others))))


def alias(verdict: Verdict) -> Verdict:
    if all(same(found, verdict.expected) for found in verdict.found):
        return verdict
    return verdict.but(Status.DIFFERS, POINTS_ELSEWHERE.format(listed(verdict.found)))


def words(verdict: Verdict) -> Verdict:
    """One text among any number of others."""
    if verdict.expected in verdict.found:
        return replace(verdict, found=(verdict.expected,))
    return verdict.but(Status.DIFFERS, OTHER_TEXT)


def other(verdict: Verdict) -> Verdict:
    """A record of a kind that is not known here: found is what is expected, as hosts are compared."""
    if any(same(found, verdict.expected) for found in verdict.found):
        return verdict
    return verdict.but(Status.DIFFERS, OTHER_TEXT)


JUDGES: dict[Kind, Callable[[Verdict], Verdict]] = {
    Kind.OWNERSHIP: words,
    Kind.MX: mail,
    Kind.AUTODISCOVER: alias,
    Kind.SPF: spf.judge,
    Kind.DKIM: alias,
    Kind.DMARC: dmarc.judge,
    Kind.OTHER: other,
}
