"""Errors that a handler answers, and errors of the sandbox itself."""

from console.aws import model

# Codes that any operation of any AWS service may answer, with their HTTP status.
COMMON_ERRORS = {
    "AccessDeniedException": 400,
    "IncompleteSignature": 400,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "RequestEntityTooLargeException": 413,
    "RequestExpired": 400,
    "SerializationException": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnknownOperationException": 400,
    "ValidationException": 400,
}


class ServiceError(Exception):
    """An error that AWS answers: a code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """Return the HTTP status; WorkMail models none for its exceptions, so all are 400 [documented]."""
        return COMMON_ERRORS.get(self.code, 400)


class SandboxBug(Exception):
    """A handler broke the service model: an answer or error that the real service cannot give."""


def is_listed_error(operation: str, code: str) -> bool:
    return code in model.error_codes(operation)


def invalid_input_error(operation: str, message: str) -> ServiceError:
    """Return the error for invalid input; which code WorkMail uses is [unknown]."""
    code = "InvalidParameterException"
    return ServiceError(code if is_listed_error(operation, code) else "ValidationException", message)
