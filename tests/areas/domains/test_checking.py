"""A domain against real answers of DNS: what is judged, what is told apart, what is kept."""

import time
from typing import Any

import pytest
from django.core import checks
from dns import rcode, resolver

from console.areas.domains import domain_checks
from console.areas.domains.dns import lookup
from console.areas.domains.dns.lookup import DnsQuestion, LookupOutcome
from console.areas.domains.models import MAX_CHECKS, Check
from console.mirror.models import Organization
from tests.areas.domains.conftest import BRANCH, NEW, Desk, check, publish, statuses, text, wanted
from tests.nameserver import NameServer

MX = "10 inbound-smtp.us-east-1.amazonaws.com."
ALL = ("Ownership", "Incoming mail", "Autodiscover", "SPF", "DKIM", "DMARC")


def only(made: Check, label: str) -> Any:
    return next(each for each in domain_checks.read_verdicts(made) if each.label == label)


class TestJudging:
    def test_everything_published_is_in_order(self, dns: NameServer, organization: Organization) -> None:
        publish(dns, organization, NEW)
        made = check(organization, NEW)
        assert statuses(made) == dict.fromkeys(ALL, "ok")
        assert made.state == Check.State.OK

    def test_of_nothing_published_all_is_missing(self, dns: NameServer, organization: Organization) -> None:
        dns.put(NEW, "A", "192.0.2.1")
        made = check(organization, NEW)
        assert statuses(made) == dict.fromkeys(ALL, "missing")
        assert only(made, "Ownership").note == "DNS has no such name."
        assert only(made, "Incoming mail").note == "The name exists, without a record of this type."
        assert made.state == Check.State.PROBLEMS

    def test_a_domain_that_does_not_exist_is_called_so(
        self, dns: NameServer, organization: Organization
    ) -> None:
        made = check(organization, NEW)
        assert "does not know the domain at all" in only(made, "Incoming mail").note
        assert made.state == Check.State.PROBLEMS

    @pytest.mark.parametrize(
        ("records", "status", "note"),
        [
            ([MX], "ok", ""),
            (["5 INBOUND-SMTP.us-east-1.amazonaws.com."], "ok", ""),
            (["1 aspmx.l.google.com.", "5 alt1.l.google.com."], "differs", "google.com"),
            ([MX, "20 backup.example.net."], "differs", "but so is backup.example.net"),
            (["0 ."], "differs", "takes no mail at all"),
        ],
    )
    def test_mail_goes_to_workmail_and_nowhere_else(
        self, dns: NameServer, organization: Organization, records: list[str], status: str, note: str
    ) -> None:
        publish(dns, organization, NEW)
        dns.put(NEW, "MX", *records)
        found = only(check(organization, NEW), "Incoming mail")
        assert (found.status, note in found.note) == (status, True)

    def test_another_alias_is_inconsistent(self, dns: NameServer, organization: Organization) -> None:
        publish(dns, organization, NEW)
        dns.put(f"autodiscover.{NEW}", "CNAME", "autodiscover.outlook.com.")
        found = only(check(organization, NEW), "Autodiscover")
        assert (found.status, found.found) == ("differs", ("autodiscover.outlook.com",))
        assert found.note == "It points to autodiscover.outlook.com."

    def test_one_key_of_three_is_told_from_the_others(
        self, dns: NameServer, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        keys = [each for each in wanted(organization, NEW) if each.label == "DKIM"]
        dns.remove(keys[1].hostname, "CNAME")
        made = check(organization, NEW)
        found = {
            each.hostname: each.status for each in domain_checks.read_verdicts(made) if each.label == "DKIM"
        }
        assert found == {keys[0].hostname: "ok", keys[1].hostname: "missing", keys[2].hostname: "ok"}

    def test_the_token_may_stand_among_others_and_must_be_whole(
        self, dns: NameServer, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        token = wanted(organization, NEW)[0]
        dns.put(token.hostname, "TXT", '"another"', f'"{token.value[:20]}" "{token.value[20:]}"')
        assert only(check(organization, NEW), "Ownership").status == "ok"
        dns.put(token.hostname, "TXT", f'"{token.value[:-1]}"')
        assert only(check(organization, NEW), "Ownership").status == "differs"

    def test_an_answer_too_large_for_a_datagram_is_read_all_the_same(
        self, dns: NameServer, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        dns.put(
            NEW, "TXT", *(f'"{letter * 250}"' for letter in "abcdefgh"), '"v=spf1 include:amazonses.com -all"'
        )
        assert only(check(organization, NEW), "SPF").status == "ok"


class TestFailing:
    def test_a_server_that_cannot_say_is_not_a_record_that_is_missing(
        self, dns: NameServer, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        dns.fail(f"_dmarc.{NEW}", rcode.SERVFAIL)
        made = check(organization, NEW)
        assert statuses(made) == {**dict.fromkeys(ALL, "ok"), "DMARC": "unknown"}
        assert "SERVFAIL" in only(made, "DMARC").note
        assert made.state == Check.State.INCOMPLETE

    def test_silence_is_neither(
        self, dns: NameServer, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lookup, "LOOKUP_SECONDS", 0.1)
        dns.silence()
        made = check(organization, NEW)
        assert statuses(made) == dict.fromkeys(ALL, "unknown")
        assert "did not answer in time" in only(made, "SPF").note
        assert (made.state, made.resolver) == (Check.State.NO_DNS, dns.address)

    def test_all_of_it_takes_no_longer_than_the_limit(self, dns: NameServer) -> None:
        dns.silence()
        asked = [DnsQuestion(f"{number}.example", "TXT") for number in range(20)]
        began = time.monotonic()
        found = lookup.look_up_all(asked, limit=0.2)
        assert time.monotonic() - began < lookup.LOOKUP_SECONDS / 2
        assert {each.outcome for each in found.values()} == {LookupOutcome.TIMEOUT}

    def test_without_any_dns_nothing_is_said_to_be_missing(
        self, organization: Organization, settings: Any
    ) -> None:
        settings.DNS_RESOLVER = "off"
        made = check(organization, NEW)
        assert statuses(made) == dict.fromkeys(ALL, "unknown")
        assert (made.state, made.resolver) == (Check.State.NO_DNS, "")

    def test_a_machine_without_a_resolver_has_none(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nowhere(*_: Any, **__: Any) -> None:
            raise resolver.NoResolverConfiguration

        settings.DNS_RESOLVER = ""
        monkeypatch.setattr(resolver, "Resolver", nowhere)
        found = lookup.look_up_all([DnsQuestion(NEW, "MX")])
        assert found == {DnsQuestion(NEW, "MX"): lookup.DnsAnswer(LookupOutcome.UNREACHABLE)}


class TestResolver:
    @pytest.mark.parametrize(
        ("setting", "asked"),
        [
            ("10.0.0.53", "10.0.0.53:53"),
            ("10.0.0.53:5353, [::1]:54", "10.0.0.53:5353, ::1:54"),
            ("2620:fe::fe", "2620:fe::fe:53"),
            ("off", ""),
        ],
    )
    def test_is_the_one_of_the_settings(self, settings: Any, setting: str, asked: str) -> None:
        settings.DNS_RESOLVER = setting
        assert lookup.describe_servers() == asked

    @pytest.mark.parametrize("setting", ["dns.example.com", "10.0.0.53:x", "10.0.0.53:70000", "10.0.0"])
    def test_that_is_none_is_said_at_the_start(self, settings: Any, setting: str) -> None:
        settings.DNS_RESOLVER = setting
        assert [each.id for each in checks.run_checks() if each.id == "domains.E001"] == ["domains.E001"]


class TestHistory:
    def test_tells_what_changed_since_the_check_before(
        self, dns: NameServer, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        dns.put(NEW, "MX", "10 old.example.net.")
        check(organization, NEW)
        dns.put(NEW, "MX", MX)
        check(organization, NEW)
        (latest, changed), (_, first) = domain_checks.list_differences(
            domain_checks.list_checks(organization, NEW)
        )
        assert latest.state == Check.State.OK
        assert [(each.label, each.was, each.now) for each in changed or []] == [
            ("Incoming mail", "inconsistent", "found")
        ]
        assert first is None

    def test_keeps_the_last_fifty_of_each_domain(self, organization: Organization) -> None:
        for name in [BRANCH, *[NEW] * MAX_CHECKS]:
            Check.objects.create(organization=organization, domain=name, state=Check.State.OK)
        oldest = domain_checks.list_checks(organization, NEW).last()
        made = check(organization, NEW)
        kept = domain_checks.list_checks(organization, NEW)
        assert (kept.count(), kept.first(), oldest in kept) == (MAX_CHECKS, made, False)
        assert domain_checks.list_checks(organization, BRANCH).count() == 1


class TestPages:
    def test_a_check_shows_found_against_expected_and_says_so(
        self, dns: NameServer, adam: Desk, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        dns.put(NEW, "MX", "10 old.example.net.")
        answer = adam.post("check", NEW, **{"HX-Request": "true"})
        page = text(answer)
        assert page.lstrip().startswith('<div id="checked"')
        assert "10 old.example.net" in page
        assert "Mail to the domain goes to old.example.net, not to WorkMail." in page
        assert page.count(">Found</span>") == 7
        assert "some records are missing or inconsistent" in answer["HX-Trigger"]
        made = Check.objects.get(domain=NEW)
        assert made.by == "adam@desk.example"
        past = text(adam.get("past", NEW, made.pk))
        assert "old.example.net" in past
        assert "First check" not in past
        assert "The first check." in text(adam.get("checks", NEW))

    def test_without_javascript_the_same_is_a_whole_page(self, dns: NameServer, adam: Desk) -> None:
        page = text(adam.post("check", NEW))
        assert "<!doctype html>" in page
        assert page.count(">Missing</span>") >= 8

    def test_says_that_there_is_no_dns_and_calls_nothing_missing(self, adam: Desk) -> None:
        page = text(adam.post("check", NEW))
        assert "No DNS: not one record could be looked up" in page
        assert page.count(">Not known</span>") == 8

    def test_helpdesk_may_check_hers(self, bruno: Desk) -> None:
        assert bruno.post("check", BRANCH).status_code == 200
        assert Check.objects.get().by == "bruno@desk.example"

    def test_a_check_of_one_domain_is_none_of_another(self, bruno: Desk, organization: Organization) -> None:
        foreign = check(organization, NEW)
        assert bruno.get("past", BRANCH, foreign.pk).status_code == 404
        assert bruno.get("past", NEW, foreign.pk).status_code == 404

    def test_what_strangers_write_into_dns_is_shown_as_text(
        self, dns: NameServer, adam: Desk, organization: Organization
    ) -> None:
        publish(dns, organization, NEW)
        dns.put(f"_dmarc.{NEW}", "TXT", '"<script>alert(1)</script>"')
        page = text(adam.post("check", NEW))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
