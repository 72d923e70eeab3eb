"""Where exports are written: the interface that the store knows, and the one without any bucket."""

from typing import Protocol


class Storage(Protocol):
    """Buckets of AWS accounts."""

    def region(self, account: str, bucket: str) -> str | None:
        """Where the bucket is; None if the account has none of that name."""

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None: ...


class Bucketless:
    """For a store that nobody exports from."""

    def region(self, account: str, bucket: str) -> str | None:
        return None

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None:
        raise LookupError(f"There is no bucket {bucket}")
