"""`python -m tests.crash.skewed SECONDS MODULE ARGUMENTS…`: run a module whose clock is so much ahead.

Only what Django reads is moved; signatures of AWS requests and the database keep the machine's time.
"""

import runpy
import sys
from datetime import timedelta

from django.utils import timezone


def main(seconds: str, module: str, *arguments: str) -> None:
    real, ahead = timezone.now, timedelta(seconds=float(seconds))
    timezone.now = lambda: real() + ahead
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
