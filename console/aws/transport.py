"""Send one call to AWS and translate failures into `errors`."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from botocore import exceptions, xform_name

from console.aws import client, errors, model, response_checks
from console.aws.catalogue import Operation

ATTEMPTS = 3
MAX_STREAM_BYTES = (
    40 * 1024 * 1024
)  # bytes of an answer that comes as a stream: a whole message fits [inferred]
PAUSE = 0.3  # seconds before what was throttled is sent again, doubled each time
NEVER_SENT = (
    exceptions.ConnectTimeoutError,
    exceptions.EndpointConnectionError,
    exceptions.NoCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.ProxyConnectionError,
    exceptions.SSLError,
)


@dataclass(frozen=True, slots=True)
class CallResult:
    result: dict[str, Any]
    request_id: str = ""
    attempts: int = 1


def send_call(
    rule: Operation, organization: client.Configured, params: Mapping[str, Any], intent: int | None = None
) -> CallResult:
    """Send a call, and repeat it where that is safe.

    Throttling proves that nothing happened; a call whose token says that it is the same call may be
    repeated after silence too. After silence, reads are repeated by botocore itself.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _send_once(rule, organization, params, intent, attempt)
        except errors.CallFailed as failure:
            if attempt == ATTEMPTS or not _is_repeatable(rule, params, failure):
                raise
            time.sleep(PAUSE * 2 ** (attempt - 1))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _is_repeatable(rule: Operation, params: Mapping[str, Any], failure: errors.CallFailed) -> bool:
    if isinstance(failure, errors.Throttled):
        return True
    token = model.token_member(rule.name)
    return isinstance(failure, errors.Unreachable) and token is not None and token in params


def _send_once(
    rule: Operation,
    organization: client.Configured,
    params: Mapping[str, Any],
    intent: int | None,
    attempt: int,
) -> CallResult:
    account = client.Account.of(organization)
    try:
        wire = client.get_client(account, model.get_service_name(rule.name), retrying=rule.is_read)
    except Exception as error:  # such as credentials that cannot be refreshed
        name = type(error).__name__
        raise errors.Unreachable(
            f"The console could not sign in to AWS ({name}).", name, sent=False
        ) from error
    with client.permit_call(rule.name, intent) as permit:
        try:
            response = getattr(wire, xform_name(rule.name))(**params)
            _read_stream(rule, response)
            metadata = response.pop("ResponseMetadata", {})
            request_id = metadata.get("RequestId", "")
            response_checks.require_complete(rule.name, response, request_id)
        except exceptions.ClientError as error:
            raise _error_from_response(rule, error, permit) from error
        except exceptions.ParamValidationError as error:
            raise errors.Invalid([model.Problem("", "type", str(error))]) from error
        except (errors.CallFailed, client.BypassedGatewayError):
            raise
        except Exception as error:
            raise _error_without_response(rule, error, permit) from error
    return CallResult(response, request_id, attempt + metadata.get("RetryAttempts", 0))


def _read_stream(rule: Operation, response: dict[str, Any]) -> None:
    """Read a streamed member into bytes; refuse one that is too large."""
    member = model.streaming_member(rule.name)
    if member is None:
        return
    with closing(response[member]) as stream:
        content = stream.read(MAX_STREAM_BYTES + 1)
    if len(content) > MAX_STREAM_BYTES:
        raise errors.Refused("TooLarge", f"The answer is larger than {MAX_STREAM_BYTES >> 20} MB.")
    response[member] = content


def _error_from_response(
    rule: Operation, error: exceptions.ClientError, permit: client.Permit
) -> errors.CallFailed:
    """Return the error for an error response. A 5xx, or no request id, leaves a write's outcome unknown."""
    said, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, message = said.get("Code", "Unknown"), said.get("Message", "")
    request_id = metadata.get("RequestId", "")
    if not permit.is_sent:  # AWS STS refused the console's role
        return errors.Refused(code, message, request_id)
    if metadata.get("HTTPStatusCode", 400) >= 500:
        fault = f"Amazon WorkMail had a fault of its own ({code})."
        return errors.Unreachable(fault, code, sent=not rule.is_read)
    if not request_id:
        fault = (
            f"The answer did not come from Amazon WorkMail (status {metadata.get('HTTPStatusCode', code)})."
        )
        return errors.Unreachable(fault, "GarbledAnswer", sent=not rule.is_read)
    kind = errors.Throttled if code in errors.THROTTLING else errors.Refused
    return kind(code, message, request_id)


def _error_without_response(rule: Operation, error: Exception, permit: client.Permit) -> errors.Unreachable:
    """Return the error for a missing or invalid response; reads and unsent writes change nothing."""
    sent = permit.is_sent and not rule.is_read and not isinstance(error, NEVER_SENT)
    if isinstance(error, response_checks.InvalidResponse):
        fault = f"The answer could not be read as one from Amazon WorkMail: {error}."
        return errors.Unreachable(fault, "GarbledAnswer", sent=sent)
    name = type(error).__name__
    return errors.Unreachable(f"Amazon WorkMail did not answer ({name}).", name, sent=sent)
