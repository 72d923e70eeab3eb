"""Evaluation of DMARC records (RFC 7489)."""

from console.areas.domains.dns.verdicts import RecordStatus, Verdict

VERSION = "v=dmarc1"
POLICIES = ("none", "quarantine", "reject")
POLICY_MEANINGS = {
    "none": "only reports: forged mail is delivered all the same",
    "quarantine": "forged mail goes to the junk folder",
    "reject": "forged mail is refused",
}
INHERITED_NOTE = " Receivers then take the policy of the domain above, if it has one."
SEVERAL_RECORDS = "There are {} DMARC records. Receivers ignore all of them; keep one."


def is_dmarc(text: str) -> bool:
    return text.split(";")[0].replace(" ", "").lower() == VERSION


def evaluate_dmarc(verdict: Verdict) -> Verdict:
    records = [text for text in verdict.found if is_dmarc(text)]
    if len(records) > 1:
        return verdict.with_status(RecordStatus.DIFFERS, SEVERAL_RECORDS.format(len(records)))
    if not records:
        return verdict.with_status(
            RecordStatus.DIFFERS, "What stands there is no DMARC record: it begins with v=DMARC1."
        )
    return _evaluate_record(verdict, parse_tags(records[0]))


def note_inheritance(verdict: Verdict) -> Verdict:
    """Mark the record as missing; a subdomain inherits the policy of the domain above."""
    below = verdict.hostname.count(".") > 2
    return verdict.with_status(RecordStatus.MISSING, verdict.note + (INHERITED_NOTE if below else ""))


def parse_tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, mark, value in pairs if mark}


def _evaluate_record(verdict: Verdict, found: dict[str, str]) -> Verdict:
    policy = found.get("p", "").lower()
    if policy not in POLICIES:
        return verdict.with_status(
            RecordStatus.DIFFERS, "It has no policy (p=none, quarantine or reject), so it does nothing."
        )
    notes = [f"Policy {policy}: {POLICY_MEANINGS[policy]}."]
    if _applied_percent(found) < 100:
        notes.append(f"It is applied to {_applied_percent(found)} % of such mail only (pct).")
    below = found.get("sp", policy).lower()
    if below in POLICIES and POLICIES.index(below) < POLICIES.index(policy):
        notes.append(f"For names below the domain it is weaker: {below} (sp).")
    weak = policy == "none" or len(notes) > 1
    return verdict.with_status(RecordStatus.OK, " ".join(notes), strength=policy, weak=weak)


def _applied_percent(found: dict[str, str]) -> int:
    value = found.get("pct", "100")
    return min(int(value), 100) if value.isascii() and value.isdigit() else 100
