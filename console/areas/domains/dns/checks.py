"""The Django system check of the setting DNS_RESOLVER."""

from typing import Any

from django.core import checks

from console.areas.domains.dns import lookup

RESOLVER_HINT = "Write addresses, such as 10.0.0.53 or [::1]:5353, with commas between them; off for none."


@checks.register
def check_resolver_setting(**_: Any) -> list[checks.CheckMessage]:
    try:
        lookup.build_resolver()
    except ValueError as problem:
        return [checks.Error(f"DNS_RESOLVER: {problem}", hint=RESOLVER_HINT, id="domains.E001")]
    return []
