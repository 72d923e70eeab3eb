"""Count the writes that the current request has sent, for its error page."""

from contextvars import ContextVar

_writes: ContextVar[int] = ContextVar("writes", default=0)


def reset_count() -> None:
    """Reset the count at the start of a request."""
    _writes.set(0)


def count_write() -> None:
    """Count a write that is about to be sent."""
    _writes.set(_writes.get() + 1)


def uncount_write() -> None:
    """Remove a write from the count once it is known that it changed nothing."""
    _writes.set(_writes.get() - 1)


def has_written() -> bool:
    return _writes.get() > 0
