"""Questions to DNS: asked all at once, within a few seconds, and told apart however they fail."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from dns import exception, nameserver, rcode, rdatatype, resolver
from dns.rdata import Rdata

OFF = "off"
LIMIT = 5.0  # seconds for all questions together
PATIENCE = 4.0  # for one of them, with every repetition
TRY = 1.5  # before it is asked again
SIZE = 1232  # bytes of an answer over UDP, which no network fragments
MOST, LONGEST = 20, 600  # values of one answer, characters of one value: strangers write them


class Outcome(StrEnum):
    """What came of a question. The last three know nothing of the record."""

    FOUND = "found"
    NOTHING = "nothing"  # the name exists and has no such record
    NO_NAME = "no name"
    TIMEOUT = "timeout"
    FAILED = "failed"  # a server answered that it cannot say
    UNREACHABLE = "unreachable"  # no server could be asked at all


KNOWING = frozenset({Outcome.FOUND, Outcome.NOTHING, Outcome.NO_NAME})


class Question(NamedTuple):
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: Outcome
    values: tuple[str, ...] = ()
    detail: str = ""

    @property
    def is_known(self) -> bool:
        return self.outcome in KNOWING


def ask(questions: Iterable[Question], limit: float = LIMIT) -> dict[Question, Answer]:
    """An answer to each question, at the latest after `limit` seconds."""
    asked = list(dict.fromkeys(questions))
    servers = configured()
    if servers is None:
        return dict.fromkeys(asked, Answer(Outcome.UNREACHABLE))
    pool = ThreadPoolExecutor(max_workers=max(1, len(asked)), thread_name_prefix="dns")
    futures = {question: pool.submit(_ask, servers, question, limit) for question in asked}
    wait(futures.values(), timeout=limit)
    pool.shutdown(wait=False, cancel_futures=True)
    return {question: _result(future) for question, future in futures.items()}


def configured() -> resolver.Resolver | None:
    """The resolver that the settings name, else the machine's; `None` where there is none."""
    setting = settings.DNS_RESOLVER.strip()
    if setting.lower() == OFF:
        return None
    try:
        made = resolver.Resolver(configure=not setting)
    except resolver.NoResolverConfiguration:
        return None
    if setting:
        made.nameservers = servers(setting)
    made.timeout = TRY
    made.use_edns(0, 0, SIZE)
    return made


def servers(setting: str) -> list[str | nameserver.Nameserver]:
    """ "10.0.0.53, [::1]:5353" as servers; ValueError for what is none."""
    return [_server(each.strip()) for each in setting.split(",") if each.strip()]


def described() -> str:
    """Who is asked, for the history: "10.0.0.53:53"; "" where nobody is."""
    made = configured()
    return ", ".join(map(_address, made.nameservers)) if made else ""


def _address(server: object) -> str:
    if isinstance(server, nameserver.AddressAndPortNameserver):
        return f"{server.address}:{server.port}"
    return str(server)


def _server(text: str) -> nameserver.Nameserver:
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


def _result(future: Future[Answer]) -> Answer:
    return future.result() if future.done() and not future.cancelled() else Answer(Outcome.TIMEOUT)


def _ask(servers: resolver.Resolver, question: Question, limit: float) -> Answer:
    try:
        found = servers.resolve(
            f"{question.name}.", question.type, lifetime=min(PATIENCE, limit), search=False
        )
    except resolver.NXDOMAIN:
        return Answer(Outcome.NO_NAME)
    except resolver.NoAnswer:
        return Answer(Outcome.NOTHING)
    except exception.Timeout:
        return Answer(Outcome.TIMEOUT)
    except resolver.NoNameservers as failure:
        return _failed(failure)
    except (exception.DNSException, OSError, UnicodeError) as failure:
        return Answer(Outcome.FAILED, detail=str(failure)[:LONGEST])
    return Answer(Outcome.FOUND, tuple(sorted(_text(each)[:LONGEST] for each in found)[:MOST]))


def _failed(failure: resolver.NoNameservers) -> Answer:
    """Errors are (server, over TCP, port, what, response): a response says that somebody was there."""
    errors = failure.kwargs.get("errors", [])
    answered = [each[4] for each in errors if each[4] is not None]
    if not answered:
        return Answer(Outcome.UNREACHABLE)
    return Answer(Outcome.FAILED, detail=rcode.to_text(answered[-1].rcode()))


def _text(data: Rdata) -> str:
    """A record's data as people write it: texts in one piece, hosts without a dot at the end."""
    if data.rdtype == rdatatype.TXT:
        return b"".join(data.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]  # a TXT's data
    text = str(data.to_text()).lower()
    return text if text.endswith(" .") else text.rstrip(".")  # "0 ." is MX for no mail at all
