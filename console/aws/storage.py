"""Read exported files from S3 with the organization's role."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from botocore import exceptions

from console.aws import client, errors

CHUNK_BYTES = 1024 * 1024
LINK_SECONDS = 300


def read_object(organization: client.Configured, bucket: str, key: str) -> Iterator[bytes]:
    """Yield the object in chunks; raise `errors.Refused` or `errors.Unreachable`."""
    with _translate_errors():
        body = _s3_client(organization).get_object(Bucket=bucket, Key=key)["Body"]
        yield from body.iter_chunks(CHUNK_BYTES)


def get_object_size(organization: client.Configured, bucket: str, key: str) -> int:
    with _translate_errors():
        return int(_s3_client(organization).head_object(Bucket=bucket, Key=key)["ContentLength"])


def create_download_url(organization: client.Configured, bucket: str, key: str, filename: str) -> str:
    """Return a presigned URL that is valid for five minutes; treat it as a secret."""
    disposition = f'attachment; filename="{filename}"'
    asked = {"Bucket": bucket, "Key": key, "ResponseContentDisposition": disposition}
    signed = _s3_client(organization).generate_presigned_url(
        "get_object", Params=asked, ExpiresIn=LINK_SECONDS
    )
    return cast(str, signed)


def _s3_client(organization: client.Configured) -> Any:
    return client.get_client(client.Account.of(organization), "s3", retrying=True)


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Translate S3's failures into `errors`."""
    try:
        yield
    except exceptions.ClientError as error:
        said = error.response.get("Error", {})
        raise errors.Refused(said.get("Code", ""), said.get("Message", "")) from error
    except (exceptions.BotoCoreError, exceptions.HTTPClientError) as error:
        raise errors.Unreachable(f"S3 did not answer ({type(error).__name__}).", sent=False) from error
