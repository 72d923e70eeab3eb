"""Refuse requests of web pages and unknown hosts, since the sandbox has no passwords."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any

# moto's own control API empties everything; the sandbox has one of its own.
MOTO_CONTROL_PATH = "/moto-api"
KNOWN_HOSTS = (
    "localhost",
    "amazonaws.com",
)  # with everything below them: buckets are names below an endpoint


def refusal_reason(environ: Mapping[str, Any], hosts: Collection[str]) -> str:
    """Return why a request is refused before anything looks at it, or ""."""
    if not environ.get("REMOTE_ADDR"):
        return ""  # in this process, without any socket
    if not is_known_host(parse_host(environ.get("HTTP_HOST", "")), hosts):
        return "The sandbox is not called by this name (see --allowed-host)"
    if environ.get("HTTP_ORIGIN") or _is_foreign_page(environ):
        return "No web page may call the sandbox"
    if environ.get("PATH_INFO", "").lower().startswith(MOTO_CONTROL_PATH):
        return "There is no such path; the sandbox is controlled under /_sandbox/"
    return ""


def parse_host(header: str) -> str:
    name = header.partition("]")[0].lstrip("[") if header.startswith("[") else header.partition(":")[0]
    return name.lower().rstrip(".")


def is_known_host(name: str, hosts: Collection[str]) -> bool:
    """Return whether the host is an IP address or a known name, behind which no web page can be."""
    try:
        ip_address(name)
    except ValueError:
        return any(name == each or name.endswith(f".{each}") for each in (*KNOWN_HOSTS, *hosts))
    return True


def _is_foreign_page(environ: Mapping[str, Any]) -> bool:
    """Return whether a script of another site sent the request; following a link is allowed."""
    site, mode = environ.get("HTTP_SEC_FETCH_SITE", "none"), environ.get("HTTP_SEC_FETCH_MODE", "")
    return bool(site == "cross-site" and mode != "navigate")
