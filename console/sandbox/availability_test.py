r"""Outcome of an availability provider test, decided by names.

Of an EWS endpoint: a host that begins with `unreachable.` or ends in `.invalid`, and plain http, are
unreachable; one that begins with `refused.` or `untrusted.` (its certificate) fails the connection; one
that begins with `nobasic.` takes no Basic authentication. A username is `DOMAIN\username` or an address,
and the password `wrong` is wrong. Of a Lambda function the name decides: see `FUNCTIONS`.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

# The three are the headings of AWS's troubleshooting page [documented]; that tests answer them, in
# exactly these words, is [inferred].
UNREACHABLE = "Exchange Web Services (EWS) URL is invalid or unreachable"
NO_CONNECTION = "Connection failure during EWS validation"
BAD_CREDENTIALS = "Invalid username and password when configuring Microsoft Exchange interoperability"

# By the beginning of a function's name. What can go wrong is [documented], the words are [unknown].
FUNCTION_FAILURES = {
    "missing": "The Lambda function does not exist",
    "denied": "The Lambda function's resource policy does not allow WorkMail to invoke it",
    "anonymous": "The Lambda function's resource policy allows anonymous invocation",
    "slow": "The Lambda function did not answer within 25 seconds",
    "broken": "The Lambda function's answer does not fit the schema",
}
USERNAME = re.compile(r"[^\\@\s]+\\[^\\@\s]+|[^\\@\s]+@[^\\@\s]+")
WRONG_PASSWORD = "wrong"


class ExchangeServer(NamedTuple):
    """An Exchange server, and whether it would accept the password."""

    endpoint: str
    username: str
    password_fits: bool


class LambdaFunction(NamedTuple):
    arn: str


def is_accepted_password(password: str) -> bool:
    return password != WRONG_PASSWORD


def find_failure(provider: ExchangeServer | LambdaFunction) -> str:
    """Return why the test fails, or ""."""
    if isinstance(provider, ExchangeServer):
        return find_server_failure(provider)
    return find_function_failure(provider)


def find_server_failure(server: ExchangeServer) -> str:
    address = urlsplit(server.endpoint)
    host = (address.hostname or "").lower()
    first, last = host.split(".")[0], host.rpartition(".")[2]
    if address.scheme != "https" or first == "unreachable" or last == "invalid":
        return UNREACHABLE
    if first in ("refused", "untrusted"):
        return NO_CONNECTION
    if first == "nobasic" or not USERNAME.fullmatch(server.username) or not server.password_fits:
        return BAD_CREDENTIALS
    return ""


def find_function_failure(function: LambdaFunction) -> str:
    name = function.arn.split(":")[6].lower()
    return next((reason for start, reason in FUNCTION_FAILURES.items() if name.startswith(start)), "")
