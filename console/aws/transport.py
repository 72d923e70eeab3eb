"""One call over the wire: what botocore raises becomes one of the four kinds of failure."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from botocore import exceptions, xform_name

from console.aws import client, errors, model
from console.aws.catalogue import Operation

ATTEMPTS = 3
LARGEST = 40 * 1024 * 1024  # bytes of an answer that comes as a stream: a whole message fits [inferred]
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
class Answer:
    result: dict[str, Any]
    request_id: str = ""
    attempts: int = 1


def send(
    rule: Operation, organization: client.Configured, params: Mapping[str, Any], intent: int | None = None
) -> Answer:
    """Send it, and again where that is safe.

    Throttling proves that nothing happened; a call whose token says that it is the same call may be
    repeated after silence too. After silence, reads are repeated by botocore itself.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(rule, organization, params, intent, attempt)
        except errors.CallFailed as failure:
            if attempt == ATTEMPTS or not _repeatable(rule, params, failure):
                raise
            time.sleep(PAUSE * 2 ** (attempt - 1))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _repeatable(rule: Operation, params: Mapping[str, Any], failure: errors.CallFailed) -> bool:
    if isinstance(failure, errors.Throttled):
        return True
    token = model.token_member(rule.name)
    return isinstance(failure, errors.Unreachable) and token is not None and token in params


def _once(
    rule: Operation,
    organization: client.Configured,
    params: Mapping[str, Any],
    intent: int | None,
    attempt: int,
) -> Answer:
    account = client.Account.of(organization)
    wire = client.client(account, model.service_of(rule.name), retrying=rule.is_read)
    with client.permitted(rule.name, intent):
        try:
            response = getattr(wire, xform_name(rule.name))(**params)
            _drain(rule, response)
        except exceptions.ClientError as error:
            raise _answered(rule, error) from error
        except exceptions.ParamValidationError as error:
            raise errors.Invalid([model.Problem("", "type", str(error))]) from error
        except (exceptions.BotoCoreError, exceptions.HTTPClientError) as error:
            raise _silent(rule, error) from error
    metadata = response.pop("ResponseMetadata", {})
    return Answer(response, metadata.get("RequestId", ""), attempt + metadata.get("RetryAttempts", 0))


def _drain(rule: Operation, response: dict[str, Any]) -> None:
    """A stream becomes its bytes, while whoever asked still holds the permit; one without end is refused."""
    member = model.streaming_member(rule.name)
    if member is None:
        return
    with closing(response[member]) as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise errors.Refused("TooLarge", f"The answer is larger than {LARGEST >> 20} MB.")
    response[member] = content


def _answered(rule: Operation, error: exceptions.ClientError) -> errors.CallFailed:
    """What AWS said; a fault of its own (5xx) leaves the outcome of a write unknown."""
    said, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, message = said.get("Code", "Unknown"), said.get("Message", "")
    if metadata.get("HTTPStatusCode", 400) >= 500:
        fault = f"Amazon WorkMail had a fault of its own ({code})."
        return errors.Unreachable(fault, code, sent=not rule.is_read)
    kind = errors.Throttled if code in errors.THROTTLING else errors.Refused
    return kind(code, message, metadata.get("RequestId", ""))


def _silent(rule: Operation, error: Exception) -> errors.Unreachable:
    """A read that a write begins with leaves nothing to find out: the write was not sent."""
    sent = not rule.is_read and not isinstance(error, NEVER_SENT)
    name = type(error).__name__
    return errors.Unreachable(f"Amazon WorkMail did not answer ({name}).", name, sent=sent)
