"""Log filter that drops the traceback of refusals."""

import logging

from django.core.exceptions import PermissionDenied


class RefusalTracebackFilter(logging.Filter):
    """Drop the traceback of a 403; the audit log has the attempt."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
