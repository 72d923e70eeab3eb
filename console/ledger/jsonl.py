"""Exports of the ledger as JSON lines, and their verifier, which needs no database and no Django.

An export is a head, one line an entry (its hash, then exactly the bytes that were signed), and the
same head again.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from json.encoder import encode_basestring
from typing import TextIO

from console.ledger import chain


def entry_line(entry: chain.Row) -> str:
    """An entry as a line of an export: its hash, then what was signed."""
    return f'{{"hash":{encode_basestring(entry["hash"])},{chain.canonical(entry).decode()[1:]}'


def export_lines(entries: Iterable[chain.Row], head: chain.Seal) -> Iterator[str]:
    """The head at both ends: a file that was cut off has lost one of them."""
    yield head.line()
    for entry in entries:
        yield entry_line(entry)
    yield head.line()


class Export:
    """The entries of an export, read once; what is no line of it comes as an entry without columns."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = (line.rstrip("\n") for line in lines)
        self._first = next(self._lines, "")
        self.head = chain.Seal.parse(self._first)
        self.is_complete = False

    def __iter__(self) -> Iterator[chain.Row]:
        for line in self._lines:
            if self.is_complete:
                yield {}
            elif line == self._first:
                self.is_complete = True
            else:
                yield _parsed(line)


def _parsed(line: str) -> chain.Row:
    """Exactly what `entry_line` makes: JSON that says a name twice, say, is read differently elsewhere."""
    try:
        entry: chain.Row = json.loads(line)
        return entry if entry_line(entry) == line else {}
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}


def verify_export(
    lines: Iterable[str], keys: chain.Keys, anchors: Iterable[chain.Seal] = ()
) -> chain.Verdict:
    try:
        export = Export(lines)
    except ValueError:
        return chain.Verdict(False, 0, 1, "the file does not begin with a head: it is not a whole export")
    verdict = chain.verify(export, keys, export.head, anchors)
    if verdict.ok and not export.is_complete:
        cut = "the file does not end with its head: it was cut off"
        return replace(verdict, ok=False, first_bad_seq=verdict.count + 1, reason=cut)
    return verdict


def open_export(path: str) -> TextIO:
    """Bytes that are no text, and line ends of another kind, come through: no signature fits them."""
    return open(path, encoding="utf-8", errors="surrogateescape", newline="\n")


def read_anchors(path: str) -> list[chain.Seal]:
    """The heads in a file of heads, or in an export; none for no path."""
    if not path:
        return []
    with open(path, encoding="utf-8") as file:
        return [chain.Seal.parse(line) for line in file if line.startswith('{"head"')]


def report(verdict: chain.Verdict, as_json: bool) -> str:
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
    with open_export(options.file) as file:
        verdict = verify_export(file, keys, read_anchors(options.anchors))
    sys.stdout.write(report(verdict, options.json) + "\n")
    return 0 if verdict.ok else 1
