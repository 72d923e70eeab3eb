"""Fixtures of the sandbox's tests."""

from console.sandbox.testing import sandbox, workmail

__all__ = ["sandbox", "workmail"]
