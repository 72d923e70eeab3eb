"""What an export wrote to S3, read with the organization's own role: size, content, a short-lived link."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from botocore import exceptions

from console.aws import client, errors

PIECE = 1024 * 1024
LINK_SECONDS = 300


def read(organization: client.Configured, bucket: str, key: str) -> Iterator[bytes]:
    """The object in pieces; raises `errors.Refused` or `errors.Unreachable`."""
    with _translated():
        body = _s3(organization).get_object(Bucket=bucket, Key=key)["Body"]
        yield from body.iter_chunks(PIECE)


def size(organization: client.Configured, bucket: str, key: str) -> int:
    with _translated():
        return int(_s3(organization).head_object(Bucket=bucket, Key=key)["ContentLength"])


def link(organization: client.Configured, bucket: str, key: str, filename: str) -> str:
    """An address that hands out this one object for five minutes; a secret while it lives."""
    disposition = f'attachment; filename="{filename}"'
    asked = {"Bucket": bucket, "Key": key, "ResponseContentDisposition": disposition}
    signed = _s3(organization).generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS)
    return cast(str, signed)


def _s3(organization: client.Configured) -> Any:
    return client.client(client.Account.of(organization), "s3", retrying=True)


@contextmanager
def _translated() -> Iterator[None]:
    """S3's failures in the words of `errors`."""
    try:
        yield
    except exceptions.ClientError as error:
        said = error.response.get("Error", {})
        raise errors.Refused(said.get("Code", ""), said.get("Message", "")) from error
    except (exceptions.BotoCoreError, exceptions.HTTPClientError) as error:
        raise errors.Unreachable(f"S3 did not answer ({type(error).__name__}).", sent=False) from error
