"""The actor: who performs an operation. Always passed as an argument."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Actor:
    """An operator, or the console itself (without an id).

    `address` is the client's IP, `session` a hash of the session's key, `method` how she
    authenticated (`password`, `password+totp`) or, for the console itself, its purpose; `path` is what a
    request asked for.
    """

    operator_id: int | None
    name: str
    address: str = ""
    session: str = ""
    request_id: str = ""
    method: str = ""
    path: str = ""

    @classmethod
    def system(cls, purpose: str) -> Self:
        """Return the console itself, which may read but never write."""
        return cls(operator_id=None, name="console", method=purpose)

    def through(self, purpose: str) -> Self:
        """Return the same operator, acting later through a worker."""
        return replace(self, address="", session="", method=purpose, path="")

    @property
    def is_system(self) -> bool:
        return self.operator_id is None
