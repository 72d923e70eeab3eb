"""DNS lookups: all at once, within a few seconds, with a distinct outcome for each kind of failure."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from dns import exception, nameserver, rcode, rdatatype, resolver
from dns.rdata import Rdata

OFF = "off"
TOTAL_SECONDS = 5.0  # seconds for all questions together
LOOKUP_SECONDS = 4.0  # for one of them, with every repetition
TRY_SECONDS = 1.5  # before it is asked again
UDP_BYTES = 1232  # bytes of an answer over UDP, which no network fragments
MAX_VALUES, MAX_VALUE_LENGTH = 20, 600  # values of one answer, characters of one value: strangers write them


class LookupOutcome(StrEnum):
    """The outcome of a lookup; the last three say nothing about the record."""

    FOUND = "found"
    NOTHING = "nothing"  # the name exists and has no such record
    NO_NAME = "no name"
    TIMEOUT = "timeout"
    FAILED = "failed"  # a server answered that it cannot say
    UNREACHABLE = "unreachable"  # no server could be asked at all


KNOWN_OUTCOMES = frozenset({LookupOutcome.FOUND, LookupOutcome.NOTHING, LookupOutcome.NO_NAME})


class DnsQuestion(NamedTuple):
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    outcome: LookupOutcome
    values: tuple[str, ...] = ()
    detail: str = ""

    @property
    def is_known(self) -> bool:
        return self.outcome in KNOWN_OUTCOMES


def look_up_all(
    questions: Iterable[DnsQuestion], limit: float = TOTAL_SECONDS
) -> dict[DnsQuestion, DnsAnswer]:
    """Return an answer to each question, at the latest after `limit` seconds."""
    asked = list(dict.fromkeys(questions))
    servers = build_resolver()
    if servers is None:
        return dict.fromkeys(asked, DnsAnswer(LookupOutcome.UNREACHABLE))
    pool = ThreadPoolExecutor(max_workers=max(1, len(asked)), thread_name_prefix="dns")
    futures = {question: pool.submit(_look_up, servers, question, limit) for question in asked}
    wait(futures.values(), timeout=limit)
    pool.shutdown(wait=False, cancel_futures=True)
    return {question: _future_answer(future) for question, future in futures.items()}


def build_resolver() -> resolver.Resolver | None:
    """Return the resolver of the settings, or else the system's; `None` if there is none."""
    setting = settings.DNS_RESOLVER.strip()
    if setting.lower() == OFF:
        return None
    try:
        made = resolver.Resolver(configure=not setting)
    except resolver.NoResolverConfiguration:
        return None
    if setting:
        made.nameservers = parse_servers(setting)
    made.timeout = TRY_SECONDS
    made.use_edns(0, 0, UDP_BYTES)
    return made


def parse_servers(setting: str) -> list[str | nameserver.Nameserver]:
    """Return the servers in a setting such as "10.0.0.53, [::1]:5353"; raise `ValueError` if invalid."""
    return [_parse_server(each.strip()) for each in setting.split(",") if each.strip()]


def describe_servers() -> str:
    """Return the servers as text, such as "10.0.0.53:53", or "" if there are none."""
    made = build_resolver()
    return ", ".join(map(_server_text, made.nameservers)) if made else ""


def _server_text(server: object) -> str:
    if isinstance(server, nameserver.AddressAndPortNameserver):
        return f"{server.address}:{server.port}"
    return str(server)


def _parse_server(text: str) -> nameserver.Nameserver:
    address, port = text, "53"
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    resolver.Resolver(configure=False).nameservers = [address]  # ValueError for what is no address
    if not 0 < int(port) < 65536:
        raise ValueError(f"{port} is no port")
    return nameserver.Do53Nameserver(address, int(port))


def _future_answer(future: Future[DnsAnswer]) -> DnsAnswer:
    return future.result() if future.done() and not future.cancelled() else DnsAnswer(LookupOutcome.TIMEOUT)


def _look_up(servers: resolver.Resolver, question: DnsQuestion, limit: float) -> DnsAnswer:
    try:
        found = servers.resolve(
            f"{question.name}.", question.type, lifetime=min(LOOKUP_SECONDS, limit), search=False
        )
    except resolver.NXDOMAIN:
        return DnsAnswer(LookupOutcome.NO_NAME)
    except resolver.NoAnswer:
        return DnsAnswer(LookupOutcome.NOTHING)
    except exception.Timeout:
        return DnsAnswer(LookupOutcome.TIMEOUT)
    except resolver.NoNameservers as failure:
        return _failure_answer(failure)
    except (exception.DNSException, OSError, UnicodeError) as failure:
        return DnsAnswer(LookupOutcome.FAILED, detail=str(failure)[:MAX_VALUE_LENGTH])
    return DnsAnswer(
        LookupOutcome.FOUND,
        tuple(sorted(_value_text(each)[:MAX_VALUE_LENGTH] for each in found)[:MAX_VALUES]),
    )


def _failure_answer(failure: resolver.NoNameservers) -> DnsAnswer:
    """Return "failed" if a server responded, else "unreachable"; an error ends with the response."""
    errors = failure.kwargs.get("errors", [])
    answered = [each[4] for each in errors if each[4] is not None]
    if not answered:
        return DnsAnswer(LookupOutcome.UNREACHABLE)
    return DnsAnswer(LookupOutcome.FAILED, detail=rcode.to_text(answered[-1].rcode()))


def _value_text(data: Rdata) -> str:
    """Return a record's value: TXT strings joined, host names without a final dot."""
    if data.rdtype == rdatatype.TXT:
        return b"".join(data.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]  # a TXT's data
    text = str(data.to_text()).lower()
    return text if text.endswith(" .") else text.rstrip(".")  # "0 ." is MX for no mail at all
