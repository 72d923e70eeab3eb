"""`python -m tests.faults.hinting THREADS`: seconds that each thread waited to publish one hint, as JSON.

A line on standard input makes every thread publish once; the process opens its connections at the first.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import tests.environment  # noqa: F401  # before Django reads its settings


def publish(_: int) -> float:
    from console.celery import hint

    began = time.monotonic()
    hint("console.changes.tasks.sweep")
    return round(time.monotonic() - began, 3)


def main(threads: str) -> None:
    import django

    django.setup()
    with ThreadPoolExecutor(int(threads)) as pool:
        for _ in sys.stdin:
            print(json.dumps(list(pool.map(publish, range(int(threads))))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
