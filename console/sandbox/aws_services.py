"""S3, KMS, IAM and STS by moto, with buckets stored on disk.

moto keeps its state in globals, so there is one neighbourhood in a process: a new one empties it.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.core.base_backend import BackendDict
from moto.iam.models import get_account_id_from, iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends
from werkzeug.test import run_wsgi_app

from console.sandbox.buckets import Bucket, BucketFile

PARTITION = "aws"
VIRTUAL_HOST = re.compile(r"(?P<bucket>[a-z0-9.-]+)\.s3[.-]")
WRITE_METHODS = ("PUT", "POST", "DELETE")
Contents = list[tuple[Bucket, dict[str, bytes]]]


class AwsServices:
    """moto's services as a WSGI application, and the storage that exports are written to."""

    def __init__(self, folder: Path | None = None) -> None:
        BackendDict.reset()
        self._application = DomainDispatcherApplication(create_backend_app)
        self._objects = BucketFile(folder)
        for bucket in self._objects.buckets():
            self._backend(bucket.account).create_bucket(bucket.name, bucket.region)
            for key, body in self._objects.contents(bucket.name):
                self._backend(bucket.account).put_object(bucket.name, key, body)

    def account(self, access_key: str) -> str:
        """Return the account of a key; an assumed role's key belongs to the role's account."""
        return str(get_account_id_from(access_key))

    def region(self, account: str, bucket: str) -> str | None:
        found = self._backend(account).buckets.get(bucket)
        return str(found.region_name) if found else None

    def make_bucket(self, account: str, bucket: str, region: str) -> None:
        if self.region(account, bucket) is None:
            self._backend(account).create_bucket(bucket, region)
            self._objects.keep_bucket(Bucket(account, bucket, region))

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None:
        self._backend(account).put_object(bucket, key, body)
        self._objects.keep(bucket, key, body)

    def get(self, account: str, bucket: str, key: str, version: str = "") -> bytes | None:
        if self.region(account, bucket) is None:
            return None
        found = self._backend(account).get_object(bucket, key, version_id=version or None)
        value: bytes | None = getattr(found, "value", None)  # a deleted version has none
        return value

    def secret(self, access_key: str) -> str | None:
        """Return the secret of a key that STS or IAM issued here."""
        account = self.account(access_key)
        if role := sts_backends[account][PARTITION].get_assumed_role_from_access_key(access_key):
            return str(role.secret_access_key)
        key = iam_backends[account][PARTITION].access_keys.get(access_key)
        return str(key.secret_access_key) if key else None

    def session_policy(self, access_key: str) -> str:
        """Return the policy that was passed when the key's role was assumed, or ""."""
        role = sts_backends[self.account(access_key)][PARTITION].get_assumed_role_from_access_key(access_key)
        return str(role.policy or "") if role else ""

    def contents(self) -> Contents:
        """Return every bucket with the latest version of each object."""
        found = [bucket for account in s3_backends.values() for bucket in account[PARTITION].buckets.values()]
        return [
            (
                Bucket(bucket.account_id, bucket.name, bucket.region_name),
                {key: bucket.keys[key].value for key in bucket.keys},
            )
            for bucket in found
        ]

    def become(self, contents: Contents) -> None:
        """Replace all buckets by these and forget everything else that moto holds."""
        for bucket in self._objects.buckets():
            self._objects.drop_bucket(bucket.name)
        BackendDict.reset()
        for bucket, objects in contents:
            self.make_bucket(bucket.account, bucket.name, bucket.region)
            for key, body in objects.items():
                self.put(bucket.account, bucket.name, key, body)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not VIRTUAL_HOST.match(environ.get("HTTP_HOST", "")):
            # moto takes the first label of any other name for a bucket.
            environ = {**environ, "HTTP_HOST": "localhost"}
        body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        bucket, key = parse_bucket_and_key(environ)
        if bucket and environ["REQUEST_METHOD"] in WRITE_METHODS and status.startswith("2"):
            self._follow(bucket, key)
        start_response(status, headers.to_wsgi_list())
        return body

    def _follow(self, bucket: str, key: str) -> None:
        """Store on disk what a request may have changed in a bucket."""
        try:
            found = s3_backends[s3_backends.bucket_accounts[bucket][1]][PARTITION].get_bucket(bucket)
        except (KeyError, MissingBucket):
            self._objects.drop_bucket(bucket)
            return
        self._objects.keep_bucket(Bucket(found.account_id, bucket, found.region_name))
        for each in [key] if key else self._gone(bucket, found):
            kept = found.keys.get(each)
            if kept is None:
                self._objects.drop(bucket, each)
            else:
                self._objects.keep(bucket, each, kept.value)

    def _gone(self, bucket: str, found: Any) -> list[str]:
        """Return the stored keys that a request for a whole bucket (DeleteObjects) removed."""
        return [key for key in self._objects.keys(bucket) if key not in found.keys]

    @staticmethod
    def _backend(account: str) -> Any:
        return s3_backends[account][PARTITION]


def parse_bucket_and_key(environ: dict[str, Any]) -> tuple[str, str]:
    """Return bucket and key of an S3 request, by its host or path."""
    path: str = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace").lstrip("/")
    if found := VIRTUAL_HOST.match(environ.get("HTTP_HOST", "")):
        return found["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key
