"""Records as lines of a zone file (RFC 1035), which most DNS providers import."""

from collections.abc import Iterable

from console.areas.domains.records import Record

TTL = 3600  # AWS recommends it for MX and autodiscover [documented]
LONGEST = 255  # bytes of one string in a TXT record
HINT = "; Lines that replace a record you have (SPF, MX, DMARC) must not be added beside it."


def text(domain: str, records: Iterable[Record]) -> str:
    """All of them, with a word of warning: what exists already has to be merged by hand."""
    return "\n".join([f"; Records of {domain} for Amazon WorkMail", HINT, *map(line, records), ""])


def line(record: Record) -> str:
    return f"{record.hostname}. {TTL} IN {record.type} {data(record)}"


def data(record: Record) -> str:
    if record.type == "TXT":
        return quoted(record.value)
    if record.type == "MX":
        preference, _, host = record.value.rpartition(" ")
        return f"{preference or 10} {host}."
    return f"{record.value}." if record.type == "CNAME" else record.value


def quoted(value: str) -> str:
    """A text in as many strings as its length needs."""
    escaped = [each.replace("\\", "\\\\").replace('"', '\\"') for each in _pieces(value)]
    return " ".join(f'"{each}"' for each in escaped)


def _pieces(value: str) -> list[str]:
    return [value[at : at + LONGEST] for at in range(0, len(value), LONGEST)] or [""]
