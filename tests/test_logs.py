"""A refusal is one line in the log; a fault keeps its traceback."""

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from console.logs import RefusalTracebackFilter
from console.operators.policy import Denied


def logged(fault: Exception) -> logging.LogRecord:
    """The record of `fault` as Django makes it while it answers, after the filter."""
    try:
        raise fault
    except Exception:
        arguments = ("django.request", logging.WARNING, __file__, 1, "Forbidden: %s", ("/",))
        record = logging.LogRecord(*arguments, exc_info=sys.exc_info())
    assert RefusalTracebackFilter().filter(record)
    return record


class TestTheLog:
    @pytest.mark.parametrize("refusal", [PermissionDenied(), Denied("UpdateUser is not among your rights")])
    def test_has_no_traceback_of_a_refusal(self, refusal: Exception) -> None:
        assert logged(refusal).exc_info is None

    def test_has_that_of_a_fault(self) -> None:
        assert logged(ValueError("a fault")).exc_info is not None
