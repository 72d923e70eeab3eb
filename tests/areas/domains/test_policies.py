"""SPF and DMARC by their meaning."""

from typing import Any

import pytest

from console.areas.domains.dns import dmarc, spf
from console.areas.domains.dns.verdicts import RecordStatus, Verdict
from console.areas.domains.records import RecordKind

EXPECTED = "v=spf1 include:amazonses.com ~all"


def spf_of(*records: str) -> Verdict:
    return spf.evaluate_spf(Verdict(RecordKind.SPF, "TXT", "new.example", EXPECTED, RecordStatus.OK, records))


def dmarc_of(*records: str, hostname: str = "_dmarc.new.example") -> Verdict:
    return dmarc.evaluate_dmarc(
        Verdict(RecordKind.DMARC, "TXT", hostname, "v=DMARC1;p=quarantine", RecordStatus.OK, records)
    )


class TestSpf:
    @pytest.mark.parametrize(
        "record",
        [
            EXPECTED,
            "V=SPF1 INCLUDE:AmazonSES.com -ALL",
            "v=spf1 +include:amazonses.com ip4:192.0.2.0/24 include:_spf.google.com -all",
            "v=spf1 a mx include:amazonses.com. ~all",
        ],
    )
    def test_allows_workmail_however_it_is_written(self, record: str) -> None:
        assert (spf_of("google-site-verification=x", record).status, spf_of(record).weak) == ("ok", False)

    @pytest.mark.parametrize(
        ("record", "note"),
        [
            ("v=spf1 include:_spf.google.com ~all", "does not allow WorkMail"),
            ("v=spf1 include:amazonses.com.evil.example ~all", "does not allow WorkMail"),
            ("v=spf1 ip4:192.0.2.1 ~all include:amazonses.com", "behind all"),
            ("v=spf1 -include:amazonses.com ~all", "only to refuse it (-include:amazonses.com)"),
            ("v=spf1 include:amazonses.com +all", "everybody may send"),
            ("v=spf1 include:amazonses.com all", "everybody may send"),
        ],
    )
    def test_that_does_not_is_inconsistent_however_near_it_comes(self, record: str, note: str) -> None:
        found = spf_of(record)
        assert (found.status, note in found.note) == ("differs", True)
        assert spf_of(found.advice).status == "ok"

    def test_twice_is_an_error_and_one_is_proposed(self) -> None:
        found = spf_of("v=spf1 include:_spf.google.com -all", EXPECTED)
        assert (found.status, "There are 2 SPF records" in found.note) == ("differs", True)
        assert found.advice == "v=spf1 include:_spf.google.com include:amazonses.com -all"

    @pytest.mark.parametrize("texts", [(), ("v=spf10 x",), ("spf2.0/pra include:amazonses.com",)])
    def test_is_missing_where_no_text_is_one(self, texts: tuple[str, ...]) -> None:
        assert spf_of(*texts).status == "missing"

    def test_that_says_nothing_of_others_or_costs_too_much_is_weak(self) -> None:
        assert spf_of("v=spf1 include:amazonses.com ?all").weak
        assert spf_of("v=spf1 include:amazonses.com").weak
        many = " ".join(f"include:s{number}.example" for number in range(10))
        assert "11 look-ups" in spf_of(f"v=spf1 {many} include:amazonses.com -all").note


class TestDmarc:
    @pytest.mark.parametrize(
        ("record", "strength", "weak"),
        [
            ("v=DMARC1;p=quarantine;pct=100;fo=1", "quarantine", False),
            ("v=DMARC1; p=reject; rua=mailto:d@new.example", "reject", False),
            ("V=dmarc1 ; P=None", "none", True),
            ("v=DMARC1; p=reject; pct=20", "reject", True),
            ("v=DMARC1; p=reject; sp=none", "reject", True),
        ],
    )
    def test_has_a_strength(self, record: str, strength: str, weak: bool) -> None:
        found = dmarc_of(record)
        assert (found.status, found.strength, found.weak) == ("ok", strength, weak)

    @pytest.mark.parametrize(
        "records",
        [
            ("v=DMARC1; p=sometimes",),
            ("v=DMARC1",),
            ("p=reject",),
            ("v=DMARC1; p=none", "v=DMARC1; p=reject"),
        ],
    )
    def test_that_does_nothing_is_inconsistent(self, records: Any) -> None:
        assert dmarc_of(*records).status == "differs"

    def test_may_come_from_the_domain_above(self) -> None:
        missing = Verdict(
            RecordKind.DMARC, "TXT", "_dmarc.mail.new.example", "v=DMARC1;p=none", RecordStatus.MISSING
        )
        assert "domain above" in dmarc.note_inheritance(missing).note
