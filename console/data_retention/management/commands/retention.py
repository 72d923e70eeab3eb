"""`manage.py retention [--dry-run]`: remove old rows of the console itself, or print what is due."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from console import clock
from console.data_retention import removal
from console.data_retention.kinds import KINDS
from console.plurals import number_of


class Command(BaseCommand):
    help = "Remove the console's own old rows, as the nightly task does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be removed, remove nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = removal.count_due(clock.now())
        for kind in KINDS:
            age = f"{number_of(kind.days, 'day')} after {kind.counted_from}" if kind.days else "never"
            self.stdout.write(f"{counts[kind.name]:>9,}  {kind.title}: {age} ({kind.setting})")
        if not options["dry_run"]:
            removal.continue_run()
            self.stdout.write("The removal of last night was continued; see the audit log for the counts.")
