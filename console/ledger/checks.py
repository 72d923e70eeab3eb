"""A console that cannot sign its ledger must not start: it could read, and do nothing else."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from console.ledger import chain


@register("ledger")
def can_sign(**_: Any) -> list[CheckMessage]:
    try:
        chain.read_keys(settings.LEDGER_KEYS)
    except chain.BadKeys as fault:
        return [Error(str(fault), hint="LEDGER_KEYS=k1=<64 hex digits>", id="ledger.E001")]
    return []
