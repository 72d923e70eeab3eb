"""Every form of every page, with approval required for every write: nothing reaches AWS, nothing fails."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from console.areas.changes.forms import approvable
from console.changes.models import Change, Conditions
from console.mirror.models import Organization
from console.sandbox.testing import ADA
from tests.addresses import addresses
from tests.areas import world
from tests.areas.changes.conftest import Seat

SAMPLES = {"reason": "asked", "ticket": "T-1", "how": "generated", "Name": "nele", "DisplayName": "Nele"}
SAMPLES |= {"FirstName": "Nele", "Alias": "nele.new@example.com", "MailboxQuota": "2100", "quota": "2100"}
SAMPLES |= {"messageId": "11111111-1111-1111-1111-111111111111", "Description": "new", "Office": "Oslo"}


class Forms(HTMLParser):
    """The POST forms of a page with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.is_open = (given.get("method") or "").lower() == "post"
            if self.is_open:
                self.forms.append((given.get("action") or "", {}))
        elif self.is_open and tag in ("input", "select", "textarea") and (name := given.get("name")):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.forms[-1][1][name] = given.get("value") or SAMPLES.get(name, "")

    def handle_endtag(self, tag: str) -> None:
        self.is_open = self.is_open and tag != "form"


def pages(organization: Organization) -> Iterator[str]:
    samples = world.Samples(organization, ADA)
    for name in sorted(addresses()):
        if "organization" in world.arguments(name) and not name.startswith("changes:"):
            yield samples.url(name)


def test_leads_to_a_change_or_says_what_to_do(olga: Seat) -> None:
    writes = [name for name, _ in approvable()]
    Conditions.objects.create(organization=olga.organization, approve_operations=writes)
    sent, failed = 0, []
    urls = list(pages(olga.organization))
    with world.counted() as calls:
        for url in urls:
            page = olga.client.get(url)
            if page.status_code != 200 or page.streaming:
                continue
            found = Forms()
            found.feed(page.content.decode(errors="replace"))
            for action, data in found.forms:
                target = action or url
                if not target.startswith(f"/o/{olga.organization.slug}/"):
                    continue
                answer = olga.client.post(target, {**data, **{n: v for n, v in SAMPLES.items() if n in data}})
                sent += 1
                if answer.status_code >= 500 or calls.writes:
                    failed.append((target, answer.status_code, list(calls.writes)))
                    calls.clear()
    assert failed == []
    assert sent > 30
    assert Change.objects.filter(state=Change.State.AWAITING).count() > 5
