"""Read one availability configuration, and run WorkMail's test of a provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.availability.display import find_remedy
from console.gateway import gateway
from console.mirror.models import Organization

LIST_OPERATION, LIST_MEMBER = "ListAvailabilityConfigurations", "AvailabilityConfigurations"


def find_configuration(actor: Actor, organization: Organization, domain: str) -> Mapping[str, Any] | None:
    """Return the configuration of a domain, in any case, from the list: WorkMail has no read for one."""
    for page in gateway.call_pages(actor, LIST_OPERATION, organization):
        for each in page.get(LIST_MEMBER, []):
            if str(each.get("DomainName", "")).lower() == domain.lower():
                configuration: Mapping[str, Any] = each
                return configuration
    return None


@dataclass(frozen=True, slots=True)
class ProviderTestResult:
    """The result: `reason` is WorkMail's, `advice` the console's; both are empty if the test passed."""

    passed: bool
    reason: str = ""
    advice: str = ""


def run_test(actor: Actor, organization: Organization, **what: Any) -> ProviderTestResult:
    """Test the configuration of a domain (`DomainName`), or a provider given with all its members."""
    answer = gateway.call(actor, "TestAvailabilityConfiguration", organization, **what)
    if answer.get("TestPassed"):
        return ProviderTestResult(passed=True)
    reason = str(answer.get("FailureReason") or "WorkMail gives no reason.")
    return ProviderTestResult(False, reason, find_remedy(reason))
