"""Each file that leaves the console is in the audit log: who took it, with which filter, how many rows."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import include, path, reverse

from console import urls
from console.areas.exports.models import ExportJob
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.sandbox import fixtures
from console.web import downloads
from tests.addresses import addresses
from tests.areas import world
from tests.areas.world import Samples

pytestmark = pytest.mark.django_db
DOWNLOADED, OUTCOME = Entry.Kind.DOWNLOADED, Entry.Kind.OUTCOME
Outcome = Entry.Outcome
# The addresses by which something leaves the console with GET, and what has to be posted to the others.
GIVEN = {
    *("users:csv", "groups:csv", "resources:csv", "mailboxes:csv", "mailboxes:access-csv", "exports:csv"),
    *("groups:members-csv", "ledger:csv", "ledger:jsonl", "domains:zone", "users:file-template"),
    *("changes:csv", "changes:receipt"),
}
POSTED = {
    "users:file-export": {"selected": fixtures.ADA},
    "exports:download": {},
    "messages:download": {"messageId": "m-1", "reason": "evidence"},
}


@pytest.fixture
def organization() -> Iterator[Organization]:
    with world.town() as made:
        yield world.mirrored(made.organization_id)


@pytest.fixture
def client(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization))


def is_download(answer: Any) -> bool:
    """Whether the answer is a file, streamed, or otherwise no page of the console."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    disposed = "attachment" in answer.headers.get("Content-Disposition", "")
    is_page = kind in ("text/html", "application/json", "") or answer.status_code >= 300
    return disposed or answer.streaming or not is_page


def unrecorded(client: Client, sent: dict[tuple[str, str], dict[str, str]]) -> tuple[set[str], list[str]]:
    """Ask for each address and return what was downloaded, and what of it has not exactly one entry."""
    found, wrong = set(), []
    for (url, method), data in sent.items():
        last = journal_length()
        answer: Any = world.visit(client, url, method, data)
        entries = Entry.objects.filter(kind=DOWNLOADED, seq__gt=last)
        began = entries.count()
        if answer.streaming:
            b"".join(answer.streaming_content)
        if is_download(answer):
            found.add(url)
        if began != is_download(answer) or entries.count() != began:
            wrong.append(url)
    return found, wrong


def journal_length() -> int:
    return Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


class TestEveryAddress:
    def test_that_sends_a_file_enters_it_once(self, organization: Organization, client: Client) -> None:
        samples = Samples(organization, fixtures.ADA)
        ExportJob.objects.update(state="completed", bucket=fixtures.BUCKET, path="ada.zip")
        sent: dict[tuple[str, str], Any] = {
            (samples.url(name), "GET"): {} for name, view in addresses().items() if view.performs
        }
        sent |= {(samples.url(name), "POST"): data for name, data in POSTED.items()}
        with (
            mock.patch("console.aws.storage.get_object_size", return_value=7),
            mock.patch("console.areas.messages.views._read_content", return_value=b"Subject: x\r\n\r\n"),
        ):
            found, wrong = unrecorded(client, sent)
        assert wrong == [samples.url("exports:download")], "which is a page with a link"
        assert found == {samples.url(name) for name in (*GIVEN, *POSTED) if name != "exports:download"}
        assert Entry.objects.filter(kind=DOWNLOADED, operation="DownloadMailboxExport").count() == 1

    def test_planted_views_that_do_not_are_found(
        self, organization: Organization, client: Client, settings: Any
    ) -> None:
        @performs("ListUsers")
        def attached(request: ConsoleRequest) -> HttpResponse:
            return HttpResponse("a", headers={"Content-Disposition": 'attachment; filename="a.csv"'})

        @performs("ListUsers")
        def streamed(request: ConsoleRequest) -> StreamingHttpResponse:
            return StreamingHttpResponse(iter(["a"]), content_type="text/html")

        class Planted:
            urlpatterns = [
                path("o/<slug:organization>/attached/", attached),
                path("o/<slug:organization>/streamed/", streamed),
                path("", include(urls)),
            ]

        settings.ROOT_URLCONF = Planted
        sent: dict[tuple[str, str], Any] = {
            (f"/o/example/{name}/", "GET"): {} for name in ("attached", "streamed")
        }
        assert unrecorded(client, sent)[1] == ["/o/example/attached/", "/o/example/streamed/"]

    def test_no_other_module_makes_a_file(self) -> None:
        """So that no view can send one past the audit log."""
        package = Path(downloads.__file__).parent.parent
        making = {
            str(module.relative_to(package))
            for module in package.rglob("*.py")
            if "sandbox" not in module.parts
            for node in ast.walk(ast.parse(module.read_text()))
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) in ("StreamingHttpResponse", "FileResponse")
            )
            or (isinstance(node, ast.Constant) and node.value == "Content-Disposition")
        }
        assert making == {"web/downloads.py"}


def leave(answer: Any) -> None:
    """Close it as the server does when the client has gone; the test's connection stays open."""
    with mock.patch.object(connection, "close_if_unusable_or_obsolete"):
        answer.close()


class TestAStream:
    def url(self, organization: Organization, name: str = "users:csv", **params: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return f"{reverse(name, args=[organization.slug])}?{query}"

    def test_is_entered_before_its_first_byte_and_at_its_end(
        self, organization: Organization, client: Client
    ) -> None:
        answer: Any = client.get(self.url(organization, state="ENABLED", q="ad", sort="email"))
        began = Entry.objects.get(kind=DOWNLOADED)
        assert (began.operator, began.operation) == ("owner@desk.example", "ListUsers")
        assert began.body["filter"] == "state is enabled; search is ad"
        assert began.body["file"].endswith(".csv")
        assert not Entry.objects.filter(call=began.call, kind=OUTCOME).exists()
        rows = world.body(answer).count("\r\n") - 1
        end = Entry.objects.get(call=began.call, kind=OUTCOME)
        assert (end.outcome, end.body["rows"]) == (Outcome.SENT, rows)

    def test_that_the_client_leaves_says_how_far_it_came(
        self, organization: Organization, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(downloads, "LINES_PER_PIECE", 1)
        answer: Any = client.get(self.url(organization))
        pieces = iter(answer.streaming_content)
        for _ in range(3):
            next(pieces)
        leave(answer)
        end = Entry.objects.get(kind=OUTCOME, outcome=Outcome.BROKEN_OFF)
        assert end.body["rows"] == 1, "the header and a row were sent whole, the next row perhaps"

    def test_that_fails_on_the_way_is_broken_off(self, organization: Organization, client: Client) -> None:
        def failing(*_: Any) -> Iterator[str]:
            yield "header"
            raise RuntimeError

        with mock.patch("console.web.downloads.write_rows", failing), pytest.raises(RuntimeError):
            client.get(self.url(organization))
        assert Entry.objects.get(kind=OUTCOME).outcome == Outcome.BROKEN_OFF

    @pytest.mark.parametrize("name", ["users:csv", "ledger:jsonl"])
    def test_is_not_sent_where_the_log_cannot_be_written(
        self, organization: Organization, client: Client, name: str
    ) -> None:
        with mock.patch.object(journal, "_append_entry", side_effect=journal.LedgerUnavailable):
            answer = client.get(self.url(organization, name))
        assert answer.status_code == 503
        assert "Content-Disposition" not in answer.headers

    def test_is_not_begun_by_a_head_request(self, organization: Organization, client: Client) -> None:
        answer = client.head(self.url(organization))
        assert "attachment" in answer["Content-Disposition"]
        assert not Entry.objects.filter(kind=DOWNLOADED).exists()

    @pytest.mark.parametrize("name", ["ledger:csv", "ledger:jsonl"])
    def test_of_the_audit_log_does_not_contain_itself(
        self, organization: Organization, client: Client, name: str
    ) -> None:
        journal.record_entry(
            world.actor(world.operator("Auditor", organization)),
            Entry.Kind.OBSERVED,
            organization=organization.organization_id,
            operation="UpdateUser",
        )
        text = world.body(client.get(self.url(organization, name)))
        assert "UpdateUser" in text
        assert "ExportLedger" not in text


class TestThePage:
    def test_shows_a_download_in_plain_words(self, organization: Organization, client: Client) -> None:
        world.body(client.get(reverse("users:csv", args=["example"]), {"state": "ENABLED"}))
        rows = Entry.objects.get(kind=OUTCOME).body["rows"]
        page = world.body(client.get(reverse("ledger:list", args=["example"])))
        assert f"Downloaded {Entry.objects.get(kind=DOWNLOADED).body['file']}, {rows} rows" in page
        assert "filter: state is enabled" in page
        entry = Entry.objects.get(kind=DOWNLOADED)
        detail = world.body(client.get(reverse("ledger:detail", args=["example", entry.seq])))
        assert "state is enabled" in detail

    def test_says_that_one_was_broken_off(self, organization: Organization, client: Client) -> None:
        answer: Any = client.get(reverse("users:csv", args=["example"]))
        leave(answer)
        page = world.body(client.get(reverse("ledger:list", args=["example"])))
        assert "Broken off" in page
        assert ", 0 rows" in page
