"""Fixtures of the sandbox's tests."""

from console.sandbox.fixtures import sandbox, workmail

__all__ = ["sandbox", "workmail"]
