"""System check: the console must be able to sign the audit log."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from console.ledger import chain


@register("ledger")
def check_signing_keys(**_: Any) -> list[CheckMessage]:
    try:
        chain.read_keys(settings.LEDGER_KEYS)
    except chain.BadKeys as fault:
        return [Error(str(fault), hint="LEDGER_KEYS=k1=<64 hex digits>", id="ledger.E001")]
    return []
