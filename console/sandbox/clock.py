"""The sandbox's time: the real one plus an offset, or a moment at which it was frozen."""

import time
from collections.abc import Callable

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock:
    """Every date and every delay of the sandbox comes from here, so tests move time instead of waiting."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Seconds since the epoch, in whole milliseconds, as WorkMail dates are."""
        return round(self._frozen if self._frozen is not None else self._real() + self._offset, 3)

    @property
    def is_frozen(self) -> bool:
        return self._frozen is not None

    def set(self, at: float) -> None:
        """Go to a moment, and go on or stand still there as before."""
        stood = self.is_frozen
        self.freeze(at)
        if not stood:
            self.resume()

    def reset(self) -> None:
        """Go with the real time again."""
        self._offset, self._frozen = 0.0, None

    def advance(self, seconds: float) -> None:
        if self._frozen is None:
            self._offset += seconds
        else:
            self._frozen += seconds

    def freeze(self, at: float | None = None) -> None:
        """Stand still, now or at a moment, until `advance` or `resume`."""
        self._frozen = self.now() if at is None else at

    def resume(self) -> None:
        """Go on from the moment at which the clock stands."""
        if self._frozen is not None:
            self._offset = self._frozen - self._real()
            self._frozen = None
