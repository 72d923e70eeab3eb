"""WorkMail's own test of a provider, and what its answer means."""

from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.availability.showing import remedy
from console.gateway import gateway
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class Tested:
    """`reason` is WorkMail's, `advice` ours; both are empty where the test passed."""

    passed: bool
    reason: str = ""
    advice: str = ""


def test(actor: Actor, organization: Organization, **what: Any) -> Tested:
    """Of the configuration of a domain (`DomainName`), or of a provider with everything that was typed."""
    answer = gateway.call(actor, "TestAvailabilityConfiguration", organization, **what)
    if answer.get("TestPassed"):
        return Tested(passed=True)
    reason = str(answer.get("FailureReason") or "WorkMail gives no reason.")
    return Tested(False, reason, remedy(reason))
