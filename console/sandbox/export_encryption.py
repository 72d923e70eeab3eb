"""Refuse to read an encrypted export without permission for its KMS key.

A request signed by Signature Version 2 is refused [documented]. A session whose policy does not allow
the action is refused as well [documented]; policies of roles and keys are not examined here.
"""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from console.sandbox import json_protocol
from console.sandbox.aws_services import AwsServices, parse_bucket_and_key
from console.sandbox.records import ExportJob
from console.sandbox.store import Store

READ_METHODS = ("GET", "HEAD")
OLD_SIGNATURE_MESSAGE = (
    "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4."
)


def find_refusal(
    store: Store, neighbours: AwsServices, environ: Mapping[str, Any]
) -> json_protocol.Answer | None:
    """Return S3's refusal of a request for an encrypted export, or `None`."""
    bucket, key = parse_bucket_and_key(dict(environ))
    job = _find_export(store, bucket, key)
    if job is None or environ["REQUEST_METHOD"] not in READ_METHODS:
        return None
    query = environ.get("QUERY_STRING", "")
    if environ.get("HTTP_AUTHORIZATION", "").startswith("AWS ") or "AWSAccessKeyId" in parse_qs(query):
        return _error_answer("InvalidArgument", OLD_SIGNATURE_MESSAGE, HTTPStatus.BAD_REQUEST)
    signer = json_protocol.parse_signer(environ.get("HTTP_AUTHORIZATION", ""), query)
    policy = neighbours.session_policy(signer.access_key) if signer else ""
    context = {"kms:ViaService": f"s3.{signer.region}.amazonaws.com" if signer else ""}
    asked = {"s3:GetObject": f"arn:aws:s3:::{bucket}/{key}", "kms:Decrypt": job.kms_key_arn}
    for action, resource in asked.items():
        if policy and not policy_allows(policy, action, resource, context):
            said = f"Not authorized to perform: {action} on resource: {resource}"
            reason = f"because no session policy allows the {action} action"
            return _error_answer("AccessDenied", f"{said} {reason}", HTTPStatus.FORBIDDEN)
    return None


def _find_export(store: Store, bucket: str, key: str) -> ExportJob | None:
    """Return the export job that wrote the object."""
    name = key.rpartition("/")[2].rpartition(".")[0]
    job = store.export_jobs.get(name) if name else None
    return job if job and job.bucket == bucket and key in (job.path, job.log_path) else None


def policy_allows(policy: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Return whether a policy allows an action: one statement does, and none denies it."""
    effects = {
        statement["Effect"]
        for statement in _as_list(json.loads(policy)["Statement"])
        if _matches(statement, action, resource, context)
    }
    return effects == {"Allow"}


def _matches(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    return (
        any(fnmatchcase(action.lower(), each.lower()) for each in _as_list(statement["Action"]))
        and any(fnmatchcase(resource, each) for each in _as_list(statement["Resource"]))
        and all(
            context.get(name) in _as_list(values)
            for name, values in statement.get("Condition", {}).get("StringEquals", {}).items()
        )
    )


def _as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _error_answer(code: str, message: str, status: HTTPStatus) -> json_protocol.Answer:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return json_protocol.Answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode(), code)
