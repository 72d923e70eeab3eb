"""What the log leaves out: where a refusal came from, which is no fault of the console."""

import logging

from django.core.exceptions import PermissionDenied


class WithoutRefusals(logging.Filter):
    """A 403 is one line: its traceback says nothing, and the ledger says who tried what."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
