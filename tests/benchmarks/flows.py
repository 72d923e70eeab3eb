"""How much code a request runs through: modules and functions of the console, for five flows.

`python -m tests.benchmarks.flows` works in a database and a sandbox of its own. A function counts once, a
module if any function of it ran; importing it does not count. The yardstick is a page that only lists.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import django
from django.test.runner import DiscoverRunner
from django.test.utils import setup_test_environment, teardown_test_environment

from tests.benchmarks.people_page import say

Flow = Callable[[Any, str, str], Any]


@contextmanager
def traced(functions: set[tuple[str, str]]) -> Iterator[None]:
    """Collect the functions of the console that run inside the block, without those of the sandbox."""

    def enter(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("console.") and not module.startswith("console.sandbox"):
            functions.add((module, frame.f_code.co_qualname))

    sys.setprofile(enter)
    try:
        yield
    finally:
        sys.setprofile(None)


def list_users(client: Any, base: str, user: str) -> Any:
    return client.get(f"{base}/users/")


def edit_user(client: Any, base: str, user: str) -> Any:
    from tests.areas import world

    url = f"{base}/users/{user}/edit/"
    page = client.get(url)
    values = {field.html_name: field.value() or "" for field in page.context["form"]}
    return client.post(url, {**values, **world.snapshot(page), "JobTitle": "Surgeon"})


def edit_many(client: Any, base: str, user: str) -> Any:
    return client.post(f"{base}/users/bulk/edit/", {"selected": [user], "asked": "1", "City": "Ulm"})


def export_mailbox(client: Any, base: str, user: str) -> Any:
    from console.areas.exports.models import Destination

    destination = Destination.objects.get()
    return client.post(
        f"{base}/exports/new/",
        {"mailboxes": user, "which": "all", "destination": destination.pk, "reason": "leaves"},
    )


def search(client: Any, base: str, user: str) -> Any:
    return client.get(f"{base}/search/", {"q": "d"})


def save_access_rule(client: Any, base: str, user: str) -> Any:
    rule = {"Name": "no-imap", "Effect": "DENY", "UserIds": user, "Actions": ["IMAP"]}
    review = client.post(f"{base}/access_rules/new/", rule)
    saved = {"step": "save", "seal": review.context["plan"].seal, "phrase": review.context["plan"].phrase}
    return client.post(f"{base}/access_rules/new/", {**rule, **saved})


FLOWS: dict[str, Flow] = {
    "list users (yardstick)": list_users,
    "edit a user": edit_user,
    "edit users in bulk": edit_many,
    "export a mailbox": export_mailbox,
    "search": search,
    "save an access rule": save_access_rule,
}


def measure() -> None:
    from console.sandbox.fixtures import ADA
    from tests.areas import world

    say(f"{'flow':26} {'status':>8} {'modules':>8} {'functions':>10}")
    for name, flow in FLOWS.items():
        with world.town() as town:
            organization = world.mirrored(town.organization.organization_id)
            world.destination(organization)
            client = world.browser(world.operator("Owner", organization, name=f"owner-{len(name)}"))
            client.get(f"/o/{organization.slug}/users/")  # imports what is imported late
            functions: set[tuple[str, str]] = set()
            with traced(functions):
                answer = flow(client, f"/o/{organization.slug}", ADA)
            modules = {module for module, _ in functions}
            say(f"{name:26} {answer.status_code:>8} {len(modules):>8} {len(functions):>10}")
            organization.delete()


def main() -> None:
    django.setup()
    setup_test_environment()
    runner = DiscoverRunner(verbosity=0)
    databases = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


if __name__ == "__main__":
    main()
