"""What the tests say when they expect an error of AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


def refused(code: str) -> Any:
    """Inside, a call must be refused with exactly this code."""
    return pytest.raises(ClientError, match=rf"\({code}\)")
