"""Where exports are written: the interface that the store knows, and the one without any bucket."""

from typing import Protocol


class Storage(Protocol):
    """The buckets of AWS accounts."""

    def region(self, account: str, bucket: str) -> str | None:
        """Where the bucket is; None if the account has none of that name."""

    def make_bucket(self, account: str, bucket: str, region: str) -> None:
        """Make the bucket, unless the account has it."""

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None: ...

    def get(self, account: str, bucket: str, key: str, version: str = "") -> bytes | None:
        """The object, the latest version unless another is named; None if the account has none."""


class Bucketless:
    """For a store that nobody exports from."""

    def region(self, account: str, bucket: str) -> str | None:
        return None

    def make_bucket(self, account: str, bucket: str, region: str) -> None:
        raise LookupError("This sandbox keeps no buckets")

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None:
        raise LookupError("This sandbox keeps no buckets")

    def get(self, account: str, bucket: str, key: str, version: str = "") -> bytes | None:
        return None
