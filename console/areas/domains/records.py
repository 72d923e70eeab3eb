"""The DNS records that a mail domain needs, and their zone file (RFC 1035)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class RecordKind(StrEnum):
    OWNERSHIP = "ownership"
    MX = "mx"
    AUTODISCOVER = "autodiscover"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    OTHER = "other"


KIND_LABELS = {
    RecordKind.OWNERSHIP: "Ownership",
    RecordKind.MX: "Incoming mail",
    RecordKind.AUTODISCOVER: "Autodiscover",
    RecordKind.SPF: "SPF",
    RecordKind.DKIM: "DKIM",
    RecordKind.DMARC: "DMARC",
    RecordKind.OTHER: "Further record",
}
KIND_PURPOSES = {
    RecordKind.OWNERSHIP: (
        "Shows AWS that the domain is yours. Until it is seen, nobody can have an address here."
    ),
    RecordKind.MX: "Where mail to the domain is delivered. Change it last: it moves all incoming mail.",
    RecordKind.AUTODISCOVER: "Lets Outlook and phones find their settings from the address alone.",
    RecordKind.SPF: "Lists who may send as the domain. A domain has one SPF record: add to it what is new.",
    RecordKind.DKIM: (
        "The key by which receivers verify the signature of outgoing mail; all three are needed."
    ),
    RecordKind.DMARC: "What receivers do with mail that only pretends to be from the domain.",
    RecordKind.OTHER: "AWS asks for it.",
}
TEST_SUFFIX = ".awsapps.com"
# As they are shown: first what everything else waits for.
KIND_ORDER = list(RecordKind)


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record to publish, without a final dot or quotation marks."""

    kind: RecordKind
    type: str
    hostname: str
    value: str

    @property
    def label(self) -> str:
        return KIND_LABELS[self.kind]

    @property
    def purpose(self) -> str:
        return KIND_PURPOSES[self.kind]


def is_test_domain(domain: str) -> bool:
    """Return whether the domain is the test domain that WorkMail gives every organization."""
    return domain.endswith(TEST_SUFFIX)


def list_records(domain: str, shown: Mapping[str, Any]) -> list[DnsRecord]:
    """Return the records in GetMailDomain's answer; a test domain has none [unknown]."""
    dns_records = [_build_record(domain.lower(), each) for each in shown.get("Records") or []]
    return sorted(dns_records, key=lambda record: KIND_ORDER.index(record.kind))


def _build_record(domain: str, each: Mapping[str, str]) -> DnsRecord:
    """Return the record; whether AWS writes final dots or quotation marks is [unknown], both are removed."""
    type_ = str(each.get("Type", "")).upper()
    hostname = str(each.get("Hostname", "")).lower().rstrip(".")
    value = str(each.get("Value", "")).strip()
    value = value.strip('"') if type_ == "TXT" else value.rstrip(".")
    return DnsRecord(_record_kind(domain, type_, hostname, value), type_, hostname, value)


def _record_kind(domain: str, type_: str, hostname: str, value: str) -> RecordKind:
    match type_:
        case "MX" if hostname == domain:
            return RecordKind.MX
        case "CNAME" if hostname == f"autodiscover.{domain}":
            return RecordKind.AUTODISCOVER
        case "CNAME" if hostname.endswith(f"._domainkey.{domain}"):
            return RecordKind.DKIM
        case "TXT" if hostname == f"_amazonses.{domain}":
            return RecordKind.OWNERSHIP
        case "TXT" if hostname == f"_dmarc.{domain}":
            return RecordKind.DMARC
        case "TXT" if hostname == domain and value.lower().startswith("v=spf1"):
            return RecordKind.SPF
        case _:
            return RecordKind.OTHER


TTL = 3600  # AWS recommends it for MX and autodiscover [documented]
MAX_STRING_BYTES = 255  # bytes of one string in a TXT record
ZONE_FILE_HINT = "; Lines that replace a record you have (SPF, MX, DMARC) must not be added beside it."


def format_zone_file(domain: str, records: Iterable[DnsRecord]) -> str:
    """Return the zone file, with a note that existing records must be merged by hand."""
    return "\n".join(
        [f"; Records of {domain} for Amazon WorkMail", ZONE_FILE_HINT, *map(format_zone_line, records), ""]
    )


def format_zone_line(record: DnsRecord) -> str:
    return f"{record.hostname}. {TTL} IN {record.type} {format_record_data(record)}"


def format_record_data(record: DnsRecord) -> str:
    if record.type == "TXT":
        return quote_text(record.value)
    if record.type == "MX":
        preference, _, host = record.value.rpartition(" ")
        return f"{preference or 10} {host}."
    return f"{record.value}." if record.type == "CNAME" else record.value


def quote_text(value: str) -> str:
    """Return the text as quoted strings of at most 255 bytes."""
    escaped = [each.replace("\\", "\\\\").replace('"', '\\"') for each in _split_text(value)]
    return " ".join(f'"{each}"' for each in escaped)


def _split_text(value: str) -> list[str]:
    return [value[at : at + MAX_STRING_BYTES] for at in range(0, len(value), MAX_STRING_BYTES)] or [""]
