"""Write and verify exports of the audit log as JSON lines, without Django.

An export is a head, one line an entry (its hash, then exactly the bytes that were signed), and the
same head again. A part of the log, such as a page's file, is a head, lines of entries, and a signed end
that says how many they are and by which filter.
"""

import argparse
import hashlib
import itertools
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from json.encoder import encode_basestring
from typing import TextIO

from console.ledger import chain
from console.plurals import number_of

PART, PART_MARK = '{"part"', ', "part": true}'


class BadAnchors(Exception):
    """The file of anchors is empty or damaged."""


def format_entry(entry: chain.EntryRow) -> str:
    """Format an entry as a line: its hash, then what was signed."""
    return f'{{"hash":{encode_basestring(entry["hash"])},{chain.canonical_bytes(entry).decode()[1:]}'


def format_export(entries: Iterable[chain.EntryRow], head: chain.SignedHead) -> Iterator[str]:
    """Yield an export, with the head at both ends to detect a truncated file."""
    yield head.line()
    for entry in entries:
        yield format_entry(entry)
    yield head.line()


def format_part(
    entries: Iterable[chain.EntryRow], head: chain.SignedHead, filter: str, keys: chain.Keys
) -> Iterator[str]:
    """Yield some entries up to the head, and a signed end that shows missing or added lines."""
    yield f"{head.line()[:-1]}{PART_MARK}"
    count, digest = 0, hashlib.sha256()
    for entry in entries:
        line = format_entry(entry)
        digest.update(f"{line}\n".encode())
        count += 1
        yield line
    yield chain.PartEnd.make(count, digest.hexdigest(), filter, head.hash, keys).line()


class PartFile:
    """The entries of a partial export, read once, and its signed end."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._digest = hashlib.sha256()
        self.end: chain.PartEnd | None = None

    def __iter__(self) -> Iterator[chain.EntryRow]:
        for line in self._lines:
            if self.end is not None:
                yield {}
            elif line.startswith(PART):
                self.end = chain.PartEnd.parse(line)
            else:
                self._digest.update(f"{line}\n".encode(errors="surrogateescape"))
                yield _parse_entry(line)

    def fault(self, head: chain.SignedHead, count: int, keys: chain.Keys) -> str:
        if self.end is None:
            return "the file does not end with its signed end: it was cut off"
        if not self.end.is_signed(keys):
            return "the end of the file is not signed with a key of LEDGER_KEYS"
        signed = (self.end.count, self.end.digest, self.end.head)
        return "" if signed == (count, self._digest.hexdigest(), head.hash) else "lines are missing, or added"


class ExportFile:
    """The entries of an export, read once; an invalid line is an entry without columns."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = (line.rstrip("\n") for line in lines)
        self._first = next(self._lines, "")
        self.head = chain.SignedHead.parse(self._first)
        self.is_complete = False

    def __iter__(self) -> Iterator[chain.EntryRow]:
        for line in self._lines:
            if self.is_complete:
                yield {}
            elif line == self._first:
                self.is_complete = True
            else:
                yield _parse_entry(line)


def _parse_entry(line: str) -> chain.EntryRow:
    """Parse a line; return no columns unless it is exactly what `format_entry` writes."""
    try:
        entry: chain.EntryRow = json.loads(line)
        return entry if format_entry(entry) == line else {}
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}


def verify_export(
    lines: Iterable[str], keys: chain.Keys, anchors: Iterable[chain.SignedHead] = ()
) -> chain.Verdict:
    """Verify a whole or partial export."""
    left = iter(lines)
    first = next(left, "")
    try:
        if PART_MARK in first:
            return _verify_part(chain.SignedHead.parse(first), left, keys, anchors)
        export = ExportFile(itertools.chain([first], left))
    except ValueError:
        return chain.Verdict(False, 0, 1, "the file does not begin with a head: it is not a whole export")
    verdict = chain.verify_chain(export, keys, export.head, anchors)
    if verdict.ok and not export.is_complete:
        cut = "the file does not end with its head: it was cut off"
        return replace(verdict, ok=False, first_bad_seq=verdict.count + 1, reason=cut)
    return verdict


def _verify_part(
    head: chain.SignedHead, lines: Iterable[str], keys: chain.Keys, anchors: Iterable[chain.SignedHead]
) -> chain.Verdict:
    part = PartFile(line.rstrip("\n") for line in lines)
    verdict = chain.verify_part(part, keys, head, anchors)
    if not verdict.ok:
        return verdict
    if fault := part.fault(head, verdict.count, keys):
        return replace(verdict, ok=False, reason=fault)
    filter = part.end.filter if part.end else ""
    return replace(
        verdict, reason=f"a part of {number_of(head.seq, 'entry', 'entries')}, filter: {filter or 'none'}"
    )


def open_export(path: str) -> TextIO:
    """Open an export, letting invalid text through, which no signature fits."""
    return open(path, encoding="utf-8", errors="surrogateescape", newline="\n")


def read_anchors(path: str) -> list[chain.SignedHead]:
    """Return the heads in a file of heads or an export; raise `BadAnchors` if it has none."""
    if not path:
        return []
    try:
        with open(path, encoding="utf-8") as file:
            anchors = [chain.SignedHead.parse(line) for line in file if line.startswith('{"head"')]
    except ValueError as fault:
        raise BadAnchors(f"{path} has a line that is damaged") from fault
    if not anchors:
        raise BadAnchors(f"{path} has no anchor")
    return anchors


def format_report(verdict: chain.Verdict, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(verdict))
    return "\n".join([str(verdict), *(f"warning: {text}" for text in verdict.warnings)])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="chain", description="Verify an export of the ledger.")
    parser.add_argument("file")
    parser.add_argument("--anchors", default="", help="a file with heads that were kept elsewhere")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    pairs = (pair.partition("=") for pair in os.environ.get("LEDGER_KEYS", "").split(",") if pair)
    keys = chain.read_keys({name: text for name, _, text in pairs})
    try:
        anchors = read_anchors(options.anchors)
    except BadAnchors as fault:
        parser.exit(1, f"{fault}\n")
    with open_export(options.file) as file:
        verdict = verify_export(file, keys, anchors)
    sys.stdout.write(format_report(verdict, options.json) + "\n")
    return 0 if verdict.ok else 1
