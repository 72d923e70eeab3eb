"""`python -m console.demo.manage COMMAND`: run a Django command on the demo's state, running or not."""

import os
import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line

from console.demo import environment


def main(arguments: Sequence[str]) -> int:
    layout = environment.default_layout(os.environ)
    if not (layout.var / "secrets.env").exists():
        sys.stderr.write(f"There is no demo in {layout.var}. Start one first: make demo\n")
        return 1
    demo_environment = environment.process_environment(layout, os.environ)
    os.environ.clear()
    os.environ.update(demo_environment)
    execute_from_command_line(["manage.py", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
