"""The records that a mail domain needs, as AWS names them, and what each of them is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    OWNERSHIP = "ownership"
    MX = "mx"
    AUTODISCOVER = "autodiscover"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    OTHER = "other"


LABELS = {
    Kind.OWNERSHIP: "Ownership",
    Kind.MX: "Incoming mail",
    Kind.AUTODISCOVER: "Autodiscover",
    Kind.SPF: "SPF",
    Kind.DKIM: "DKIM",
    Kind.DMARC: "DMARC",
    Kind.OTHER: "Further record",
}
PURPOSES = {
    Kind.OWNERSHIP: "Shows AWS that the domain is yours. Until it is seen, nobody can have an address here.",
    Kind.MX: "Where mail to the domain is delivered. Change it last: it moves all incoming mail.",
    Kind.AUTODISCOVER: "Lets Outlook and phones find their settings from the address alone.",
    Kind.SPF: "Lists who may send as the domain. A domain has one SPF record: add to it what is new.",
    Kind.DKIM: "The key by which receivers verify the signature of outgoing mail; all three are needed.",
    Kind.DMARC: "What receivers do with mail that only pretends to be from the domain.",
    Kind.OTHER: "AWS asks for it.",
}
TEST = ".awsapps.com"
# As they are shown: first what everything else waits for.
ORDER = list(Kind)


@dataclass(frozen=True, slots=True)
class Record:
    """One record to publish; names without a dot at the end, texts without quotation marks."""

    kind: Kind
    type: str
    hostname: str
    value: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def purpose(self) -> str:
        return PURPOSES[self.kind]


def is_test(domain: str) -> bool:
    """Whether it is the one that WorkMail gives to every organization."""
    return domain.endswith(TEST)


def of(domain: str, shown: Mapping[str, Any]) -> list[Record]:
    """The records of a GetMailDomain's answer; a test domain has none [unknown]."""
    found = [_record(domain.lower(), each) for each in shown.get("Records") or []]
    return sorted(found, key=lambda record: ORDER.index(record.kind))


def _record(domain: str, each: Mapping[str, str]) -> Record:
    """Whether AWS writes dots at the end or quotation marks is [unknown]: both are taken."""
    type_ = str(each.get("Type", "")).upper()
    hostname = str(each.get("Hostname", "")).lower().rstrip(".")
    value = str(each.get("Value", "")).strip()
    value = value.strip('"') if type_ == "TXT" else value.rstrip(".")
    return Record(_kind(domain, type_, hostname, value), type_, hostname, value)


def _kind(domain: str, type_: str, hostname: str, value: str) -> Kind:
    match type_:
        case "MX" if hostname == domain:
            return Kind.MX
        case "CNAME" if hostname == f"autodiscover.{domain}":
            return Kind.AUTODISCOVER
        case "CNAME" if hostname.endswith(f"._domainkey.{domain}"):
            return Kind.DKIM
        case "TXT" if hostname == f"_amazonses.{domain}":
            return Kind.OWNERSHIP
        case "TXT" if hostname == f"_dmarc.{domain}":
            return Kind.DMARC
        case "TXT" if hostname == domain and value.lower().startswith("v=spf1"):
            return Kind.SPF
        case _:
            return Kind.OTHER
