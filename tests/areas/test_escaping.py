"""Text that others wrote is shown as text: on every page, in the ledger, in files and in fragments."""

import csv
import html
import io
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.areas.domains.dns import evaluation
from console.areas.domains.dns.lookup import DnsAnswer, LookupOutcome
from console.areas.domains.models import Check
from console.areas.domains.records import DnsRecord, RecordKind
from console.gateway import gateway
from console.ledger import journal
from console.mirror.models import Alias, Domain, Entity, Membership, Organization, Permission
from tests.addresses import addresses
from tests.areas import world
from tests.areas.ledger.conftest import ID, intend, person
from tests.conftest import Variant

pytestmark = pytest.mark.django_db
CORPUS = {
    "a script": "<script>canary()</script>",
    "an image": "<img src=x onerror=canary()>",
    "an attribute's end": '" onmouseover="canary()" x=\'',
    "another's": "' autofocus onfocus='canary()",
    "an element's end": "</td></title></textarea></script><svg onload=canary()>",
    "a template": "{{ canary }}{% canary %}${canary()}",
    "a link": 'javascript:canary()//"><a href="javascript:canary()">',
    "a comment": "<!--><canary>-->",
    "an entity": "&lt;canary&gt;&#60;canary&#62;",
    "htmx": '<div hx-get="/canary" hx-trigger="load">',
}
# Several at a time, so that each page is asked for three times, not ten; an address acts by its beginning.
MIXTURES = {
    "attributes": CORPUS["a link"] + CORPUS["an attribute's end"] + CORPUS["another's"],
    "elements": CORPUS["a script"] + CORPUS["an element's end"] + CORPUS["an image"] + CORPUS["a comment"],
    "what others evaluate": CORPUS["a template"] + CORPUS["an entity"] + CORPUS["htmx"],
}
DOMAIN = "example.com"
HANDLERS = ("on", "hx-on")
VIEWS = addresses()
OF_ALL = [name for name, view in VIEWS.items() if view.performs and world.arguments(name) == ["organization"]]
OF_A_GROUP = ("detail", "members", "everybody", "member-add", "edit", "disable", "handover", "reader-put")
OF_ONE = [name for name in VIEWS if world.arguments(name)[1:] in (["user_id"], ["entity_id"])]
OF_DOMAIN = [name for name in VIEWS if world.arguments(name) == ["organization", "domain"]]


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(organization_id=ID, slug="example", region="us-east-1", name="Example")


@pytest.fixture
def owner(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization))


@pytest.fixture(params=list(MIXTURES.values()), ids=list(MIXTURES))
def written(request: pytest.FixtureRequest, organization: Organization) -> str:
    """The text wherever somebody can write one: names, addresses, reasons, notes."""
    text = str(request.param)
    every = dict.fromkeys(("display_name", "department", "job_title", "office"), text)
    ada = person(organization, "ada", **every)
    ada.details = {"DisplayName": text, "Name": text, "Department": text, "Office": text, "Street": text}
    ada.save()
    friend = person(organization, "friend", display_name=text, email=f"{text}@example.com"[:250])
    group = person(organization, "club", kind="group", role="", display_name=text)
    Membership.objects.create(organization=organization, group=group, member=ada)
    Alias.objects.create(organization=organization, entity=ada, address=text)
    for one, other in ((ada, friend), (friend, ada)):
        Permission.objects.create(
            organization=organization,
            owner=one,
            grantee_id=other.entity_id,
            grantee_kind="user",
            values=["SEND_AS"],
        )
    fields = {"reason": text, "ticket": text[:90], "note": text, "requested_by": text}
    made = world.exported(organization, ada, state="running")
    type(made).objects.filter(pk=made.pk).update(entity_name=text, **fields)
    world.destination(organization)
    organization.destinations.update(name=text[:80], prefix=text)
    looked_up(organization, text)
    enter(ada, text)
    return text


def looked_up(organization: Organization, text: str) -> None:
    """What a stranger wrote into the DNS of a domain."""
    Domain.objects.create(organization=organization, name=DOMAIN, ownership="VERIFIED")
    record = DnsRecord(RecordKind.SPF, "TXT", DOMAIN, "v=spf1 include:amazonses.com ~all")
    answer = DnsAnswer(LookupOutcome.FOUND, (text, f"v=spf1 {text}"))
    verdicts = evaluation.evaluate_records([record], {evaluation.build_question(record): answer})
    results = [each.kept() for each in verdicts]
    Check.objects.create(organization=organization, domain=DOMAIN, by=text, state="problems", results=results)


def enter(ada: Entity, text: str) -> None:
    entry = intend(
        target=ada.entity_id,
        target_name=text,
        reason=text,
        ticket=text,
        params={"DisplayName": text, text: [text, {text: text}]},
        before={"DescribeUser": {"DisplayName": "Ada", "Groups": [{"GroupName": text}]}},
    )
    after = {"DescribeUser": {"DisplayName": text, "Groups": []}}
    journal.record_outcome(
        entry, "refused", after=after, error={"code": text, "message": text}, aws_request_id=text
    )


class Seen(HTMLParser):
    """Elements, attributes and addresses that a browser would act on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.active: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("canary", "svg") and any(name == "onload" for name, _ in attrs):
            self.active.append(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith(HANDLERS) or (
                name in ("href", "src", "action") and address.startswith("java")
            ):
                self.active.append(f"{tag} {name}={value}")
            if name in ("hx-get", "src") and address in ("/canary", "x"):
                self.active.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def acts(page: str) -> list[str]:
    found = Seen(page).active
    return [
        *found,
        *(["script"] if "<script>canary" in page else []),
        *(["canary"] if "<canary>" in page else []),
    ]


def pages(owner: Client) -> dict[str, str]:
    """Every page of HTML that may show it."""
    ada, job = Entity.objects.get(name="ada"), Organization.objects.get().exports.get()
    urls = [reverse(name, args=["example"]) for name in OF_ALL]
    urls += [reverse(name, args=["example", ada.entity_id]) for name in OF_ONE if name != "users:refresh"]
    club = Entity.objects.get(name="club").entity_id
    urls += [reverse(f"groups:{name}", args=["example", club]) for name in OF_A_GROUP]
    urls += [reverse(f"exports:{name}", args=["example", job.pk]) for name in ("detail", "cancel")]
    urls += [reverse(name, args=["example", DOMAIN]) for name in OF_DOMAIN]
    urls += [reverse("domains:past", args=["example", DOMAIN, Check.objects.get().pk])]
    urls += ["/o/example/ledger/1/", "/o/example/ledger/2/", "/o/example/search/?q=example.com", "/account/"]
    urls += ["/o/example/users/suggestions/all/?other=a", "/o/example/exports/mailboxes/?find=a"]
    found = {}
    for url in urls:
        for headers in ({}, {"HX-Request": "true"}):
            answer: Any = owner.get(url, headers=headers)
            if answer["Content-Type"].startswith("text/html"):
                found[f"{url} {headers or ''}"] = world.body(answer)
    return found


class TestPages:
    def test_none_of_it_acts(self, owner: Client, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gateway, "call", lambda *_, **__: {"DisplayName": written, "Name": written})
        shown = 0
        for url, page in pages(owner).items():
            assert not acts(page), url
            shown += html.escape(written) in page or html.escape(written, quote=False) in page
        assert shown > 10

    @pytest.mark.parametrize("name", ["search", "users:list", "exports:list", "ledger:list"])
    def test_nor_does_what_is_searched_for(self, owner: Client, name: str, variant: Variant) -> None:
        for what, text in CORPUS.items():
            params = dict.fromkeys(("q", "group", "since", "until", "sort", "after", "state", "kind"), text)
            with variant(text=what):
                answer: Any = owner.get(reverse(name, args=["example"]), params)
                assert answer.status_code == 200
                assert not acts(world.body(answer))

    def test_nor_does_what_a_form_gives_back(self, owner: Client, written: str) -> None:
        fields = (
            "reason",
            "ticket",
            "mailboxes",
            "name",
            "bucket",
            "prefix",
            "Alias",
            "group",
            "other",
            "Name",
        )
        posted = {**dict.fromkeys(fields, written), "reason": written * 60}
        ada = Entity.objects.get(name="ada").entity_id
        urls = [reverse(name, args=["example"]) for name in ("exports:create", "exports:destination-create")]
        urls += [
            reverse(f"users:{name}", args=["example", ada])
            for name in ("alias-add", "group-join", "reader-put", "quota", "disable", "password")
        ]
        for url in urls:
            answer: Any = owner.post(url, posted)
            assert answer.status_code == 422, url
            assert not acts(world.body(answer)), url


class TestFiles:
    @pytest.mark.parametrize("name", ["users:csv", "exports:csv", "ledger:csv"])
    def test_a_csv_has_it_whole_in_one_cell(self, owner: Client, written: str, name: str) -> None:
        text = world.body(owner.get(reverse(name, args=["example"]))).lstrip("\ufeff")
        cells = {cell for row in csv.reader(io.StringIO(text)) for cell in row}
        assert cells & {written, f"'{written}", written[:90]}

    def test_it_is_never_taken_for_a_page(self, owner: Client, written: str) -> None:
        for name in ("users:csv", "exports:csv", "ledger:csv", "ledger:jsonl"):
            answer = owner.get(reverse(name, args=["example"]))
            assert not answer["Content-Type"].startswith("text/html")
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Disposition"].startswith("attachment")


def test_the_test_sees_what_would_act() -> None:
    for text in (*list(CORPUS.values())[:3], *MIXTURES.values()):
        assert acts(f'<p title="{text}">{text}</p>')
    for text in CORPUS.values():
        assert any(text in mixture for mixture in MIXTURES.values())
    assert acts(f"<p title='{MIXTURES['attributes']}'></p>")
    assert acts(f'<a href="{html.escape(MIXTURES["attributes"])}"></a>')
    assert acts(f"<p>{html.unescape(MIXTURES['what others evaluate'])}</p>")
    assert not acts(f"<p>{html.escape(CORPUS['an image'])}</p>")
