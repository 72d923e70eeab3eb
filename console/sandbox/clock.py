"""The sandbox's clock: real time plus an offset, or a frozen time."""

import time
from collections.abc import Callable

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock:
    """The source of every date and delay of the sandbox, so that tests move time instead of waiting."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Return seconds since the epoch, in whole milliseconds, as WorkMail's dates are."""
        return round(self._frozen if self._frozen is not None else self._real() + self._offset, 3)

    @property
    def is_frozen(self) -> bool:
        return self._frozen is not None

    def set(self, at: float) -> None:
        """Set the time; the clock stays running or frozen."""
        stood = self.is_frozen
        self.freeze(at)
        if not stood:
            self.resume()

    def reset(self) -> None:
        """Return to the real time."""
        self._offset, self._frozen = 0.0, None

    def advance(self, seconds: float) -> None:
        if self._frozen is None:
            self._offset += seconds
        else:
            self._frozen += seconds

    def freeze(self, at: float | None = None) -> None:
        """Freeze the clock, now or at a given time, until `advance` or `resume`."""
        self._frozen = self.now() if at is None else at

    def resume(self) -> None:
        """Run on from the frozen time."""
        if self._frozen is not None:
            self._offset = self._frozen - self._real()
            self._frozen = None
