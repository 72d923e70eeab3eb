"""The sandbox as a WSGI application: route requests to WorkMail, the control API or other AWS services."""

import sys
import traceback
import uuid
from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from console.aws import model
from console.sandbox import (
    control_api,
    dispatch,
    export_encryption,
    json_protocol,
    request_guard,
    rest_protocol,
    signatures,
)
from console.sandbox.errors import ServiceError
from console.sandbox.faults import NoAnswer
from console.sandbox.recorded_calls import RecordedCall
from console.sandbox.state import SERVICE, SandboxState

STRICT_KEY = "sandbox.strict"
HEALTH_PATH = control_api.OPEN_PATH


class Sandbox(SandboxState):
    """WorkMail and other AWS services as a WSGI application; `store` holds WorkMail's records."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if problem := request_guard.refusal_reason(environ, self.access.hosts):
            refused = json_protocol.error_answer(SERVICE, ServiceError("AccessDeniedException", problem))
            return send_response(start_response, replace(refused, status=403), json_protocol.CONTENT_TYPE)
        if environ.get("PATH_INFO", "").startswith(control_api.PREFIX):
            return send_response(
                start_response, control_api.handle_request(self, environ), control_api.CONTENT_TYPE
            )
        signer = json_protocol.parse_signer(
            environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", "")
        )
        if not self.is_ours(environ, signer):
            dispatch.run_advances(self.store)  # an export that is due is in its bucket
            if unreadable := export_encryption.find_refusal(self.store, self.neighbours, environ):
                return send_response(start_response, unreadable, "application/xml")
            return self.neighbours(environ, start_response)
        is_rest = signer is not None and signer.service == rest_protocol.SERVICE
        content_type = rest_protocol.CONTENT_TYPE if is_rest else json_protocol.CONTENT_TYPE
        return send_response(start_response, self.answer(environ, signer), content_type)

    def is_ours(self, environ: dict[str, Any], signer: json_protocol.Signer | None) -> bool:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        return target.startswith(f"{self.target}.") or (
            signer is not None and signer.service in model.SERVICES
        )

    def answer(self, environ: dict[str, Any], signer: json_protocol.Signer | None) -> json_protocol.Answer:
        """Return WorkMail's answer; a bug of the sandbox becomes an InternalFailure."""
        service = signer.service if signer and signer.service in model.SERVICES else SERVICE
        call = self.calls.add(RecordedCall(self.store.clock.now()))
        try:
            answer = self.result(environ, signer, call)
        except ServiceError as error:
            answer = json_protocol.error_answer(service, error)
        except NoAnswer:
            raise
        except Exception:
            if environ.get(STRICT_KEY):
                raise
            traceback.print_exc(file=sys.stderr)
            answer = json_protocol.error_answer(
                service, ServiceError("InternalFailure", "The sandbox has failed")
            )
        call.status, call.error = answer.status, answer.error
        return answer

    def result(
        self, environ: dict[str, Any], signer: json_protocol.Signer | None, call: RecordedCall
    ) -> json_protocol.Answer:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        known = self.known(environ, body, signer)
        is_rest = known.service == rest_protocol.SERVICE
        if is_rest:
            call.operation, params = rest_protocol.parse_request(
                environ["REQUEST_METHOD"], environ["PATH_INFO"], body
            )
        else:
            call.operation = json_protocol.parse_operation(environ.get("HTTP_X_AMZ_TARGET", ""), self.target)
            params = json_protocol.parse_body(body)
        call.account, call.region = self.neighbours.account(known.access_key), known.region
        call.keep(params, len(body))
        result = self.called(call, params)
        return (
            rest_protocol.success_answer(call.operation, result)
            if is_rest
            else json_protocol.success_answer(result)
        )

    def known(
        self, environ: dict[str, Any], body: bytes, signer: json_protocol.Signer | None
    ) -> json_protocol.Signer:
        """Return who signed the request; verify the signature if a secret is set."""
        if signer is None and environ.get("HTTP_AUTHORIZATION"):
            raise ServiceError("IncompleteSignature", "The Authorization header has no credential scope")
        if signer is None:
            raise ServiceError("MissingAuthenticationTokenException", "The request is not signed")
        if self.access.secret:
            secret = self.neighbours.secret(signer.access_key) or self.access.secret
            signatures.require_genuine(environ, body, signer, secret)
        return signer

    def called(self, call: RecordedCall, params: dict[str, Any]) -> dict[str, Any]:
        """Run the call between the faults that were requested."""
        self.faults.before(call.operation)
        result = dispatch.answer_call(
            self.store,
            call.operation,
            params,
            account=call.account,
            region=call.region,
            around=self.faults.lagging.around,
        )
        self.faults.after(call.operation)
        return result


def send_response(start_response: Any, answer: json_protocol.Answer, content_type: str) -> list[bytes]:
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(answer.body))),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        *([("x-amzn-ErrorType", answer.error)] if answer.error else []),
    ]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body]
