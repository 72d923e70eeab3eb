"""A circuit breaker for services that have just failed."""

import time


class Breaker:
    """Open for `seconds` after a failure, in this process; it saves waiting and guarantees nothing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._until

    def trip(self) -> None:
        self._until = time.monotonic() + self.seconds

    def reset(self) -> None:
        self._until = 0.0
