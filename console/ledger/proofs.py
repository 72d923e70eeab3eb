"""Verify and anchor the audit log on schedule, and report failed or late runs."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from console import clock
from console.ledger import chain, export_file, stored_chain
from console.ledger.models import Entry, Proof

logger = logging.getLogger(__name__)
Kind = Proof.Kind


def anchor_head() -> None:
    """Append the head of the log to `LEDGER_ANCHOR_FILE`, if set."""
    if settings.LEDGER_ANCHOR_FILE:
        _store_proof(Kind.ANCHOR, _append_head(Path(settings.LEDGER_ANCHOR_FILE)))


def verify_log() -> None:
    """Verify the whole log against its anchors; a missing anchor file is a problem."""
    is_anchored = bool(settings.LEDGER_ANCHOR_FILE) and Proof.objects.filter(kind=Kind.ANCHOR).exists()
    try:
        anchors = export_file.read_anchors(settings.LEDGER_ANCHOR_FILE if is_anchored else "")
        verdict = stored_chain.verify_stored(chain.read_keys(settings.LEDGER_KEYS), anchors)
    except (export_file.BadAnchors, chain.BadKeys, OSError) as fault:
        _store_proof(Kind.VERIFICATION, str(fault))
    else:
        _store_proof(Kind.VERIFICATION, "" if verdict.ok else str(verdict))


def list_problems() -> Iterator[str]:
    """Yield a sentence for each failed or late verification or anchoring."""
    expected = {Kind.VERIFICATION: settings.LEDGER_VERIFY_SECONDS}
    if settings.LEDGER_ANCHOR_FILE:
        expected[Kind.ANCHOR] = settings.LEDGER_ANCHOR_SECONDS
    proofs = Proof.objects.in_bulk(list(expected))
    begin = Entry.objects.order_by("seq").values_list("at", flat=True).first()
    for kind, seconds in expected.items():
        proof = proofs.get(kind)
        since = proof.at if proof else begin
        if proof and proof.problem:
            yield f"{kind.label} of the audit log failed: {proof.problem}."
        elif since and since < clock.now() - timedelta(seconds=2 * seconds):
            last = f"it last ran at {since:%Y-%m-%d %H:%M} UTC" if proof else "it never ran"
            yield f"{kind.label} of the audit log is late: {last}. Check that beat and a worker are running."


def _append_head(path: Path) -> str:
    """Return why the head was not appended; "" if it was."""
    head = stored_chain.get_head()
    if head is None:
        return "the audit log has no head"
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{head.line()}\n")
    except OSError as fault:
        return f"the anchor was not written: {fault}"
    return ""


def _store_proof(kind: Proof.Kind, problem: str) -> None:
    if problem:
        logger.critical("%s of the audit log failed: %s", kind.label, problem)
    Proof.objects.update_or_create(kind=kind, defaults={"at": clock.now(), "problem": problem[:1000]})
