"""A mail domain in a browser, from being registered to being verified and given up again."""

import json
import re
import urllib.request

from dns import rdatatype
from dns import zone as zones
from playwright.sync_api import Page, expect

from console.sandbox import seeds
from tests.browser.conftest import Watch
from tests.browser.desk import Desk
from tests.nameserver import NameServer
from tests.test_demo import Demo

LONG = 90_000  # milliseconds; the first reading of two thousand people
NAME = "clinic-north.example"


class TestDomain:
    def test_from_pending_to_verified(
        self, desk: Desk, demo: Demo, page: Page, dns: NameServer, watch: Watch
    ) -> None:
        desk.sign_in("admin")
        register(desk, page)
        check(page, missing=8)
        publish(dns, page)
        dns.put(NAME, "MX", "10 mail.old-provider.example.")
        check(page, found=7, inconsistent=1)
        expect(page.get_by_text("goes to mail.old-provider.example, not to WorkMail")).to_be_visible()
        dns.put(NAME, "MX", "10 inbound-smtp.us-east-1.amazonaws.com.")
        check(page, found=8)
        verify(demo)
        check(page, found=8)
        state = page.get_by_role("region", name="What AWS says")
        expect(state.get_by_text("Verified")).to_have_count(2)
        expect(page.get_by_text("AWS on ownership: pending → verified").first).to_be_visible()
        watch.forgive("409")
        give_up(desk, page)


def register(desk: Desk, page: Page) -> None:
    desk.open("/domains/")
    page.get_by_role("link", name="Register a domain").click()
    page.get_by_label("Domain").fill(NAME.upper())
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    state = page.get_by_role("region", name="What AWS says")
    expect(state.get_by_text("Pending")).to_have_count(2)
    expect(page.get_by_text(f"_amazonses.{NAME}").first).to_be_visible()


def check(page: Page, *, found: int = 0, missing: int = 0, inconsistent: int = 0) -> None:
    """Without leaving the page, the records say how they are."""
    page.get_by_role("button", name="Check DNS now").click()
    records = page.get_by_role("region", name="Records to publish")
    for word, count in (("Found", found), ("Missing", missing), ("Inconsistent", inconsistent)):
        expect(records.locator(".status-badge").get_by_text(word, exact=True)).to_have_count(count)


def publish(dns: NameServer, page: Page) -> None:
    """As a provider does that imports the zone file."""
    page.get_by_text("All of them as a zone file").click()
    text = page.get_by_label("Zone file").input_value()
    read = zones.from_text(text, origin=NAME, relativize=False, check_origin=False)
    for name, records in read.iterate_rdatasets():
        dns.put(name.to_text(), rdatatype.to_text(records.rdtype), *(each.to_text() for each in records))


def verify(demo: Demo) -> None:
    """What AWS does by itself once it has seen the records."""
    sandbox = re.findall(r"Sandbox of AWS +(\S+)", demo.printed())[0]
    sent = {"organization": seeds.NORTHWIND_ID, "domain": NAME, "ownership": "VERIFIED", "dkim": "VERIFIED"}
    request = urllib.request.Request(f"{sandbox}/_sandbox/domains", json.dumps(sent).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def give_up(desk: Desk, page: Page) -> None:
    """Not one that is used; of an unused one the name is typed."""
    desk.open("/users/")
    expect(page.get_by_text("Aaron Brown")).to_be_visible(timeout=LONG)
    desk.open("/domains/nw-research.example/deregister/")
    expect(page.get_by_text("still have an address on nw-research.example")).to_be_visible()
    desk.open(f"/domains/{NAME}/deregister/")
    expect(page.get_by_role("button", name="Deregister")).to_be_disabled()
    page.get_by_label("to confirm").fill(NAME)
    page.get_by_role("button", name="Deregister").click()
    expect(page.get_by_text(f"{NAME} is deregistered.")).to_be_visible()
    expect(page.get_by_role("link", name=NAME)).to_have_count(0)
