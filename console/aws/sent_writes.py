"""Whether the request at hand has sent a write: its error page must not say that nothing was changed."""

from contextvars import ContextVar

_writes: ContextVar[int] = ContextVar("writes", default=0)


def reset() -> None:
    """Forget the writes of the thread's last request."""
    _writes.set(0)


def begin() -> None:
    """Count a write that is about to be sent."""
    _writes.set(_writes.get() + 1)


def end() -> None:
    """Take one off the count: it is known that the write changed nothing."""
    _writes.set(_writes.get() - 1)


def has_written() -> bool:
    return _writes.get() > 0
