"""Who may speak to the sandbox at all: it has no passwords, so web pages and foreign names are refused."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any

# moto's own control API empties everything; the sandbox has one of its own.
MOTO = "/moto-api"
NAMES = ("localhost", "amazonaws.com")  # with everything below them: buckets are names below an endpoint


def obstacle(environ: Mapping[str, Any], hosts: Collection[str]) -> str:
    """Return why a request is refused before anything looks at it, or ""."""
    if not environ.get("REMOTE_ADDR"):
        return ""  # in this process, without any socket
    if not is_known(host_of(environ.get("HTTP_HOST", "")), hosts):
        return "The sandbox is not called by this name (see --allowed-host)"
    if environ.get("HTTP_ORIGIN") or _is_foreign_page(environ):
        return "No web page may call the sandbox"
    if environ.get("PATH_INFO", "").lower().startswith(MOTO):
        return "There is no such path; the sandbox is controlled under /_sandbox/"
    return ""


def host_of(header: str) -> str:
    name = header.partition("]")[0].lstrip("[") if header.startswith("[") else header.partition(":")[0]
    return name.lower().rstrip(".")


def is_known(name: str, hosts: Collection[str]) -> bool:
    """Return whether no web page can be behind the name: an address, or one of ours and below it."""
    try:
        ip_address(name)
    except ValueError:
        return any(name == each or name.endswith(f".{each}") for each in (*NAMES, *hosts))
    return True


def _is_foreign_page(environ: Mapping[str, Any]) -> bool:
    """A link to an export is followed by navigating; anything else from another site is a page's script."""
    site, mode = environ.get("HTTP_SEC_FETCH_SITE", "none"), environ.get("HTTP_SEC_FETCH_MODE", "")
    return bool(site == "cross-site" and mode != "navigate")
