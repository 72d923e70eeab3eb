"""Verify Signature Version 4 with botocore's own signer."""

import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest, HeadersDict
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from console.sandbox.errors import ServiceError
from console.sandbox.json_protocol import Signer

SIGNATURE_FIELDS = re.compile(
    r"SignedHeaders=(?P<headers>[a-z0-9;_-]+),\s*Signature=(?P<signature>[0-9a-f]{64})$"
)
CLOCK_TOLERANCE = timedelta(minutes=15)  # [documented]
UNSIGNED = "UNSIGNED-PAYLOAD"
DIGEST = "X-Amz-Content-SHA256"


class ReceivedHeadersSigner(SigV4Auth):
    """botocore's signer for exactly the headers that the caller signed."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        headers = HTTPHeaders()
        for name, value in request.headers.items():
            headers[name.lower()] = value
        return headers


def require_genuine(environ: dict[str, Any], body: bytes, signer: Signer, secret: str) -> None:
    """Raise as AWS does unless this request was signed with the secret recently."""
    found = SIGNATURE_FIELDS.search(environ.get("HTTP_AUTHORIZATION", ""))
    moment = environ.get("HTTP_X_AMZ_DATE", "")
    if found is None or not moment:
        raise ServiceError("IncompleteSignature", "The request names no signature, signed headers or date")
    require_recent(moment)
    names = found["headers"].split(";")
    if not {"host", "x-amz-date"} <= set(names):
        raise ServiceError("IncompleteSignature", "Host and X-Amz-Date must be signed")
    require_body(environ, body)
    expected = compute_signature(environ, body, signer, secret, names)
    if not hmac.compare_digest(expected, found["signature"]):
        # Its code and status are [inferred] from other services of the same protocol.
        raise ServiceError("InvalidSignatureException", "The signature does not match the request")


def compute_signature(
    environ: dict[str, Any], body: bytes, signer: Signer, secret: str, names: list[str]
) -> str:
    address = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/")
    request = AWSRequest(
        method=environ["REQUEST_METHOD"],
        url=f"http://{environ.get('HTTP_HOST', '')}{address}",
        headers=HeadersDict({name: read_header(environ, name) for name in names}),
        data=body,
    )
    request.context["timestamp"] = environ["HTTP_X_AMZ_DATE"]
    auth = ReceivedHeadersSigner(Credentials(signer.access_key, secret), signer.service, signer.region)
    canonical = auth.canonical_request(request)
    return str(auth.signature(auth.string_to_sign(request, canonical), request))


def read_header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(environ.get(f"HTTP_{key}") or environ.get(key) or "")


def require_recent(moment: str) -> None:
    """Raise if the signature is too old by the real clock, which callers sign with."""
    try:
        signed = datetime.strptime(moment, SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError as problem:
        raise ServiceError("IncompleteSignature", "X-Amz-Date is no date") from problem
    if abs(datetime.now(UTC) - signed) > CLOCK_TOLERANCE:
        raise ServiceError("RequestExpired", "The request was signed more than 15 minutes from now")


def require_body(environ: dict[str, Any], body: bytes) -> None:
    """Raise if the body does not have the signed digest."""
    given = read_header(environ, DIGEST.lower())
    if given not in ("", UNSIGNED, sha256(body).hexdigest()):
        raise ServiceError("InvalidSignatureException", f"{DIGEST} is not of this body")
