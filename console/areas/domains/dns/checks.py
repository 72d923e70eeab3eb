"""A resolver that cannot be one is said when the console starts, not when somebody asks."""

from typing import Any

from django.core import checks

from console.areas.domains.dns import resolving

HINT = "Write addresses, such as 10.0.0.53 or [::1]:5353, with commas between them; off for none."


@checks.register
def resolver_is_one(**_: Any) -> list[checks.CheckMessage]:
    try:
        resolving.configured()
    except ValueError as problem:
        return [checks.Error(f"DNS_RESOLVER: {problem}", hint=HINT, id="domains.E001")]
    return []
