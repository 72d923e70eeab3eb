"""Verify an export of the audit log: `python -m console.ledger FILE`."""

import sys

from console.ledger import export_file

sys.exit(export_file.main())
