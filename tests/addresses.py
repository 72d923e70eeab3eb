"""Every address of the console with its view, as the URLconf has them."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def addresses() -> dict[str, Any]:
    """The views by their full names ("users:detail"); one without a name stands under its route."""
    found: dict[str, Any] = {}
    for name, view in _walk(get_resolver("console.urls").url_patterns, ""):
        assert name not in found, f"two addresses are called {name}"
        found[name] = view
    return found


def _walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, Any]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _walk(each.url_patterns, inner)
        else:
            yield f"{space}{each.name or each.pattern}", each.callback
