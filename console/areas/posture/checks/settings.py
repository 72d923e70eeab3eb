"""Settings of the whole organization: rules, inbound DMARC, retention, the log of events, domains."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from console.areas.monitoring import showing as monitoring
from console.areas.posture.facts import Facts
from console.areas.posture.models import Tone
from console.areas.posture.results import Line, Result, good, wrong
from console.areas.retention import showing as retention
from console.changes.steps import PlannedStep
from console.gateway.gateway import ReadRequest
from console.mirror.models import Domain, Organization
from console.plurals import number_of
from console.rules import access, deciding, mobile
from console.rules.deciding import ALLOW, DENY, Rule

OWN = ".awsapps.com"  # domains of WorkMail's, whose records nobody but AWS keeps [inferred]
MOST_DOMAINS = 48  # that are asked about anew; of others the mirror tells
VERIFIED = "VERIFIED"
DMARC = "PutInboundDmarcSettings"


def access_rules(facts: Facts) -> Result:
    rules = facts.listed("ListAccessControlRules", "Rules")
    page = reverse("access_rules:list", args=[facts.organization.slug])
    if not rules:
        return wrong("There is no rule at all: WorkMail lets nobody in, by no protocol.")
    if not _restricts(rules, access.CONDITIONS):
        return wrong(
            "Everybody may come by every protocol from anywhere.", _lines(rules, page), tone=Tone.LOOK
        )
    return good(f"{number_of(len(rules), 'rule says', 'rules say')} who may come how.", _lines(rules, page))


def mobile_rules(facts: Facts) -> Result:
    rules = facts.listed("ListMobileDeviceAccessRules", "Rules")
    page = reverse("mobile:list", args=[facts.organization.slug])
    if not rules:
        return wrong("There is no rule at all: no phone may synchronize.")
    if not _restricts(rules, mobile.PROPERTIES):
        return wrong("Any device at all may synchronize.", _lines(rules, page), tone=Tone.LOOK)
    return good(f"{number_of(len(rules), 'rule says', 'rules say')} which devices may.", _lines(rules, page))


def _restricts(rules: Sequence[Rule], conditions: Iterable[str]) -> bool:
    """Whether anything is denied: one rule that lets everything in, and nothing beside it, is none."""
    names = tuple(conditions)
    everything = any(rule["Effect"] == ALLOW and not list(deciding.conditions(rule, names)) for rule in rules)
    return not everything or any(rule["Effect"] == DENY for rule in rules)


def _lines(rules: Iterable[Rule], page: str) -> Iterable[Line]:
    named = sorted(rules, key=lambda rule: str(rule["Name"]).lower())
    return [Line(_rule(rule), page) for rule in named]


def _rule(rule: Rule) -> str:
    return f"{rule['Name']}: {rule.get('Description') or str(rule['Effect']).lower()}"


def dmarc(facts: Facts) -> Result:
    if facts.look("DescribeInboundDmarcSettings").shown.get("Enforced"):
        return good("WorkMail does with mail that fails DMARC what its sender's domain asks for.")
    return wrong("WorkMail delivers mail that fails DMARC, whatever its sender's domain asks for.")


def enforcing(facts: Facts) -> list[PlannedStep]:
    if facts.look("DescribeInboundDmarcSettings").shown.get("Enforced"):
        return []
    label = "Apply the DMARC policies of those who send"
    return [PlannedStep(DMARC, {"Enforced": True}, label=label, expects={"Enforced": False})]


def retained(facts: Facts) -> Result:
    look = facts.look("GetDefaultRetentionPolicy")
    page = reverse("retention:detail", args=[facts.organization.slug])
    lines = [Line(each, page) for each in retention.lines(look)]
    acting = any(each["Action"] in retention.HAPPENS for each in look.shown.get("FolderConfigurations", []))
    if not acting:
        return wrong("Nothing is ever deleted by itself; mail is kept for good.", lines, tone=Tone.LOOK)
    return good("A retention policy is set.", lines)


def monitored(facts: Facts) -> Result:
    look = facts.look("DescribeEmailMonitoringConfiguration")
    page = reverse("monitoring:detail", args=[facts.organization.slug])
    lines = [Line(each, page) for each in monitoring.lines(look)]
    if look.is_unset:
        return wrong("E-mail events are not logged.", lines)
    return good("E-mail events are logged.", lines)


def domains_asked(organization: Organization) -> list[ReadRequest]:
    """First those that were not verified when they were last seen."""
    names = sorted(_domains(organization), key=lambda each: (_is_verified(each), each.name))
    return [ReadRequest("GetMailDomain", {"DomainName": each.name}) for each in names[:MOST_DOMAINS]]


def dkim(facts: Facts) -> Result:
    facts.require("GetMailDomain")
    found = _domains(facts.organization)
    bad = [each for each in found if not _is_verified(each)]
    if not found:
        return wrong("There is no mail domain but WorkMail's own test domain.", tone=Tone.LOOK)
    if not bad:
        return good(f"{number_of(len(found), 'domain is', 'domains are')} verified, DKIM included.")
    said = f"Of {number_of(len(found), 'domain', 'domains')} {number_of(len(bad), 'is', 'are')} not verified."
    return wrong(said, [Line(_verification(each), _page(facts, each)) for each in bad], len(bad))


def _domains(organization: Organization) -> list[Domain]:
    """As the mirror has them, which learns from each that is read anew."""
    return list(Domain.objects.filter(organization=organization).exclude(name__endswith=OWN))


def _is_verified(domain: Domain) -> bool:
    return domain.ownership == VERIFIED and domain.dkim == VERIFIED


def _verification(domain: Domain) -> str:
    def word(status: str) -> str:
        return status.lower() or "not known"

    return f"{domain.name}: ownership {word(domain.ownership)}, DKIM {word(domain.dkim)}"


def _page(facts: Facts, domain: Domain) -> str:
    return reverse("domains:detail", args=[facts.organization.slug, domain.name])
