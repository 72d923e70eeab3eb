"""What a handler raises for the caller to read, and what it raises when the sandbox itself is wrong."""

from console.aws import model

# Codes that any operation of any AWS service may answer, with their HTTP status.
COMMON = {
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
    """An error as AWS answers it: its code, and a message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """WorkMail models no status for its exceptions, so all of them are 400 [documented]."""
        return COMMON.get(self.code, 400)


class SandboxBug(Exception):
    """A handler broke the service's model: an answer or an error that the real service cannot give."""


def listed(operation: str, code: str) -> bool:
    return code in model.error_codes(operation)


def invalid(operation: str, message: str) -> ServiceError:
    """Input that the operation does not take. Which code WorkMail uses is [unknown]."""
    code = "InvalidParameterException"
    return ServiceError(code if listed(operation, code) else "ValidationException", message)
