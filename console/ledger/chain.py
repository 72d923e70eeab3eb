"""Sign and verify the audit log's hash chain, without Django.

An entry is signed with HMAC-SHA256 over a JSON object of all its columns in order of their names, its
number and the hash of the entry before it included. The head says how long the chain is, signed too.
What no keyed chain can show by itself: that somebody put back an old copy of everything, entries
and head. Heads kept elsewhere (`manage.py ledger anchor`, the first line of any export) show that.

`python -m console.ledger FILE`, with LEDGER_KEYS set, verifies an export.
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Self

from console.plurals import number_of

TEXT_COLUMNS = (
    *("address", "at", "aws_request_id", "body", "call", "key_id", "kind", "method", "operation"),
    *("operator", "organization", "outcome", "prev", "reason", "request_id", "session"),
    *("target", "target_name", "ticket"),
)
COLUMNS = tuple(sorted((*TEXT_COLUMNS, "operator_id", "seq")))
GENESIS = "0" * 64
MAX_WARNINGS = 100

Keys = Mapping[str, bytes]
EntryRow = Mapping[str, Any]


class BadKeys(Exception):
    """LEDGER_KEYS is missing or invalid."""


def read_keys(pairs: Mapping[str, str]) -> dict[str, bytes]:
    """Return the keys by id, in order: the last one signs, all of them verify."""
    try:
        keys = {name: bytes.fromhex(text) for name, text in pairs.items()}
    except ValueError:
        raise BadKeys("LEDGER_KEYS holds a key that is not hexadecimal") from None
    if not keys or any(len(key) != 32 for key in keys.values()) or not all(keys):
        raise BadKeys("LEDGER_KEYS needs at least one id=hex pair, each key of 32 bytes")
    return keys


def format_time(at: datetime) -> str:
    """Format a time as it is signed: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _format_number(value: int | None) -> str:
    return "null" if value is None else repr(value)


# `repr` and `encode_basestring` leave no room: 3.0, True, "3" and b"3" are none of them 3. The whole is
# what `json.dumps(…, sort_keys=True)` makes, at half its cost.
_WRITERS = [(name, encode_basestring if name in TEXT_COLUMNS else _format_number) for name in COLUMNS]
_OBJECT = "{" + ",".join(f'"{name}":%s' for name in COLUMNS) + "}"


def canonical_bytes(entry: EntryRow) -> bytes:
    """Return the signed bytes of an entry: every column but the hash."""
    return (_OBJECT % tuple([write(entry[name]) for name, write in _WRITERS])).encode()


@lru_cache(maxsize=32)
def _keyed_hmac(key: bytes) -> hmac.HMAC:
    """Return a keyed HMAC to copy for each entry, which is faster than creating one."""
    return hmac.new(key, digestmod="sha256")


def sign_entry(entry: EntryRow, key: bytes) -> str:
    mac = _keyed_hmac(key).copy()
    mac.update(canonical_bytes(entry))
    return mac.hexdigest()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A signed head: length and last hash of the chain."""

    seq: int
    hash: str
    key_id: str
    mac: str

    @classmethod
    def make(cls, seq: int, last: str, keys: Keys) -> Self:
        key_id = list(keys)[-1]
        unsigned = cls(seq, last, key_id, "")
        return replace(unsigned, mac=unsigned.sign(keys[key_id]))

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a line of `line()`; raise `ValueError` if it is none."""
        try:
            return cls(**json.loads(line)["head"])
        except (TypeError, KeyError, RecursionError) as fault:
            raise ValueError("not a head") from fault

    def line(self) -> str:
        return json.dumps({"head": asdict(self)})

    def sign(self, key: bytes) -> str:
        text = json.dumps({"hash": self.hash, "key_id": self.key_id, "seq": self.seq})
        return hmac.digest(key, text.encode(), "sha256").hex()

    def is_signed(self, keys: Keys) -> bool:
        texts = (self.hash, self.key_id, self.mac)
        if type(self.seq) is not int or not all(isinstance(text, str) for text in texts):
            return False
        key = keys.get(self.key_id)
        return key is not None and hmac.compare_digest(
            self.sign(key).encode(), self.mac.encode(errors="replace")
        )


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The signed end of a partial export: count, digest and filter."""

    count: int
    digest: str
    filter: str
    head: str
    key_id: str
    mac: str

    @classmethod
    def make(cls, count: int, digest: str, filter: str, head: str, keys: Keys) -> Self:
        key_id = list(keys)[-1]
        unsigned = cls(count, digest, filter, head, key_id, "")
        return replace(unsigned, mac=unsigned.sign(keys[key_id]))

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a line of `line()`; raise `ValueError` if it is none."""
        try:
            return cls(**json.loads(line)["part"])
        except (TypeError, KeyError, RecursionError) as fault:
            raise ValueError("not the end of a part") from fault

    def line(self) -> str:
        return json.dumps({"part": asdict(self)})

    def sign(self, key: bytes) -> str:
        text = json.dumps({**asdict(self), "mac": "", "of": "part"}, sort_keys=True)
        return hmac.digest(key, text.encode(), "sha256").hex()

    def is_signed(self, keys: Keys) -> bool:
        key = keys.get(self.key_id) if isinstance(self.key_id, str) else None
        return key is not None and hmac.compare_digest(
            self.sign(key).encode(), str(self.mac).encode(errors="replace")
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a verification; `first_bad_seq` is the first entry that is not as signed."""

    ok: bool
    count: int
    first_bad_seq: int | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.ok:
            entries = number_of(self.count, "entry", "entries")
            return f"OK: {entries}{f' ({self.reason})' if self.reason else ''}"
        if self.first_bad_seq is None:
            return f"BAD: {self.reason} ({number_of(self.count, 'entry is', 'entries are')} good)"
        good = number_of(self.count, "entry before it is", "entries before it are")
        return f"BAD at entry {self.first_bad_seq}: {self.reason} ({good} good)"


@dataclass(slots=True)
class ChainWalk:
    """The verifier's position: the last good entry and the warnings so far."""

    keys: Keys
    anchors: Mapping[int, str] = field(default_factory=dict)
    seq: int = 0
    hash: str = GENESIS
    at: str = ""
    key_id: str = ""
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(text)

    def step(self, entry: EntryRow) -> None:
        """Move past a good entry; a clock that went back is only a warning."""
        if entry["at"] < self.at:
            self.warn(f"the clock went back at entry {entry['seq']}: {self.at} was before {entry['at']}")
        if entry["key_id"] != self.key_id and self._is_older(entry["key_id"]):
            self.warn(f"entry {entry['seq']} is signed with {entry['key_id']}, older than the one before")
        self.seq, self.hash, self.at, self.key_id = entry["seq"], entry["hash"], entry["at"], entry["key_id"]

    def _is_older(self, key_id: str) -> bool:
        order = [*self.keys]
        return self.key_id in order and key_id in order[: order.index(self.key_id)]


def _check_gap(entry: EntryRow, walk: ChainWalk) -> str:
    expected = walk.seq + 1
    return "" if entry["seq"] == expected else f"entry {entry['seq']!r} stands where {expected} should"


def _check_link(entry: EntryRow, walk: ChainWalk) -> str:
    return "" if entry["prev"] == walk.hash else "it does not follow from the entry before it"


def _check_order(entry: EntryRow, walk: ChainWalk) -> str:
    return "" if entry["seq"] > walk.seq else f"entry {entry['seq']!r} stands after {walk.seq}"


def _check_near_link(entry: EntryRow, walk: ChainWalk) -> str:
    return _check_link(entry, walk) if entry["seq"] == walk.seq + 1 else ""


def _check_signature(entry: EntryRow, walk: ChainWalk) -> str:
    key = walk.keys.get(entry["key_id"])
    if key is None:
        return f"it names a key that is not in LEDGER_KEYS: {entry['key_id']!r}"
    good = hmac.compare_digest(sign_entry(entry, key), entry["hash"])
    return "" if good else "its hash does not fit its content: it was changed, or forged"


def _check_anchor(entry: EntryRow, walk: ChainWalk) -> str:
    known = walk.anchors.get(entry["seq"])
    return "" if known in (None, entry["hash"]) else "an anchor knows another entry of this number"


def _check_head_signature(head: SignedHead, walk: ChainWalk) -> str:
    return "" if head.is_signed(walk.keys) else "the head is not signed with a key of LEDGER_KEYS"


def _check_head(head: SignedHead, walk: ChainWalk) -> str:
    if head.seq > walk.seq:
        return f"entries are missing at the end: the head counts {head.seq}"
    if head.seq < walk.seq:
        return f"the head counts only {head.seq}"
    return "" if head.hash == walk.hash else "the head knows another last entry"


def _check_anchors_reached(_: SignedHead, walk: ChainWalk) -> str:
    longest = max(walk.anchors, default=0)
    return "" if longest <= walk.seq else f"entries are missing at the end: an anchor counts {longest}"


Check = Callable[[EntryRow, ChainWalk], str]
CHECKS: tuple[Check, ...] = (_check_gap, _check_link, _check_signature, _check_anchor)
PART_CHECKS: tuple[Check, ...] = (_check_order, _check_near_link, _check_signature, _check_anchor)
END_CHECKS: tuple[Callable[[SignedHead, ChainWalk], str], ...] = (
    _check_head_signature,
    _check_head,
    _check_anchors_reached,
)


def verify_chain(
    entries: Iterable[EntryRow], keys: Keys, head: SignedHead | None, anchors: Iterable[SignedHead] = ()
) -> Verdict:
    """Verify all entries from the first; stop at the first that is not as signed.

    `head=None` means that there is no head, which is as bad as a wrong one. An anchor that is not
    signed is as bad.
    """
    walk = ChainWalk(keys)
    anchors = list(anchors)
    if forged := _find_forged(anchors, keys):
        return Verdict(False, 0, None, forged)
    walk.anchors = {anchor.seq: anchor.hash for anchor in anchors}
    for entry in entries:
        fault = _find_fault(entry, walk)
        if fault:
            return _failed_verdict(walk, walk.seq + 1, fault)
        walk.step(entry)
    return _verify_end(head, walk)


def verify_part(
    entries: Iterable[EntryRow], keys: Keys, head: SignedHead, anchors: Iterable[SignedHead] = ()
) -> Verdict:
    """Verify some entries in order: each as signed, none after the head.

    Entries that stand next to each other in the log have to follow from each other.
    """
    walk = ChainWalk(keys)
    anchors = list(anchors)
    if forged := _find_forged([head, *anchors], keys):
        return Verdict(False, 0, None, forged)
    walk.anchors = {anchor.seq: anchor.hash for anchor in (*anchors, head)}
    count = 0
    for entry in entries:
        fault = _find_fault(entry, walk, PART_CHECKS)
        if not fault and entry["seq"] > head.seq:
            fault = "it is after the head"
        if fault:
            return Verdict(False, count, walk.seq + 1, fault, tuple(walk.warnings))
        walk.step(entry)
        count += 1
    return Verdict(True, count, warnings=tuple(walk.warnings))


def _find_forged(seals: Iterable[SignedHead], keys: Keys) -> str:
    forged = [str(seal.seq) for seal in seals if not seal.is_signed(keys)]
    return f"the head of entry {forged[0]} is not signed with a key of LEDGER_KEYS" if forged else ""


def _find_fault(entry: EntryRow, walk: ChainWalk, checks: Iterable[Check] | None = None) -> str:
    try:
        for check in checks or CHECKS:
            fault = check(entry, walk)
            if fault:
                return fault
    except (KeyError, TypeError, ValueError) as cause:
        return f"it is no entry ({type(cause).__name__}: {cause})"
    return ""


def _verify_end(head: SignedHead | None, walk: ChainWalk) -> Verdict:
    if head is None:
        return _failed_verdict(
            walk, walk.seq + 1, "there is no head, so nobody knows how many entries there were"
        )
    for check in END_CHECKS:
        fault = check(head, walk)
        if fault:
            return _failed_verdict(walk, _first_bad_seq(head, walk), fault)
    return Verdict(ok=True, count=walk.seq, warnings=tuple(walk.warnings))


def _first_bad_seq(head: SignedHead, walk: ChainWalk) -> int:
    """Return the first entry that a failed head check makes doubtful."""
    if not head.is_signed(walk.keys) or head.seq > walk.seq:
        return walk.seq + 1
    return head.seq + 1 if head.seq < walk.seq or head.hash == walk.hash else max(walk.seq, 1)


def _failed_verdict(walk: ChainWalk, seq: int, reason: str) -> Verdict:
    return Verdict(False, min(walk.seq, seq - 1), seq, reason, tuple(walk.warnings))
