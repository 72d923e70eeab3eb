"""`manage.py ledger verify|export|anchor`: verify the audit log, export it, store its head."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from console.ledger import chain, export_file, stored_chain


class Command(BaseCommand):
    help = "Verify the ledger or an export of it, export it, or write down its head."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        verify = actions.add_parser("verify", help="exit 1 and name the first bad entry, if there is one")
        verify.add_argument(
            "file", nargs="?", default="", help="verify an export or a file of the page, without a database"
        )
        verify.add_argument("--anchors", default="", metavar="FILE", help="heads that were kept elsewhere")
        verify.add_argument("--json", action="store_true")
        export = actions.add_parser("export", help="write all entries, one line each")
        export.add_argument("file", help="- for the standard output")
        anchor = actions.add_parser("anchor", help="append the head to a file that is kept elsewhere")
        anchor.add_argument("file", help="- for the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"verify": self._verify, "export": self._export, "anchor": self._anchor}
        actions[options["action"]](options)

    def _verify(self, options: dict[str, Any]) -> None:
        keys = _read_keys()
        try:
            anchors = export_file.read_anchors(options["anchors"])
        except export_file.BadAnchors as fault:
            raise CommandError(str(fault)) from fault
        file = options["file"]
        verdict = _verify_file(file, keys, anchors) if file else stored_chain.verify_stored(keys, anchors)
        self.stdout.write(export_file.format_report(verdict, options["json"]))
        if not verdict.ok:
            sys.exit(1)

    def _export(self, options: dict[str, Any]) -> None:
        with stored_chain.consistent_view():
            self._write(
                options["file"], "w", export_file.format_export(stored_chain.iterate_rows(), _require_head())
            )

    def _anchor(self, options: dict[str, Any]) -> None:
        self._write(options["file"], "a", [_require_head().line()])

    def _write(self, path: str, mode: str, lines: Iterable[str]) -> None:
        if path == "-":
            self.stdout.writelines(f"{line}\n" for line in lines)
            return
        with open(path, mode, encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)


def _verify_file(path: str, keys: chain.Keys, anchors: list[chain.SignedHead]) -> chain.Verdict:
    with export_file.open_export(path) as file:
        return export_file.verify_export(file, keys, anchors)


def _read_keys() -> chain.Keys:
    try:
        return chain.read_keys(settings.LEDGER_KEYS)
    except chain.BadKeys as fault:
        raise CommandError(str(fault)) from fault


def _require_head() -> chain.SignedHead:
    head = stored_chain.get_head()
    if head is None:
        raise CommandError("the ledger has no head: `manage.py ledger verify` says more")
    return head
