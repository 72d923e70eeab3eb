"""Checks of organization settings: rules, DMARC, retention, event logging, domains."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.definitions import CheckResult, Evidence, failed, passed
from console.areas.health_checks.models import Tone
from console.areas.monitoring import display
from console.areas.retention import display as retention_display
from console.changes.steps import PlannedStep
from console.gateway.gateway import ReadRequest
from console.mirror.models import Domain, Organization
from console.plurals import number_of
from console.rules import access, evaluation, mobile
from console.rules.evaluation import ALLOW, DENY, Rule

WORKMAIL_DOMAIN_SUFFIX = (
    ".awsapps.com"  # domains of WorkMail's, whose records nobody but AWS keeps [inferred]
)
MAX_DOMAIN_READS = 48  # that are asked about anew; of others the mirror tells
VERIFIED = "VERIFIED"
PUT_DMARC = "PutInboundDmarcSettings"


def check_access_rules(facts: CheckData) -> CheckResult:
    rules = facts.listed("ListAccessControlRules", "Rules")
    page = reverse("access_rules:list", args=[facts.organization.slug])
    if not rules:
        return failed("There is no rule at all: WorkMail lets nobody in, by no protocol.")
    if not _is_restrictive(rules, access.CONDITIONS):
        return failed(
            "Everybody may come by every protocol from anywhere.", _rule_evidence(rules, page), tone=Tone.LOOK
        )
    return passed(
        f"{number_of(len(rules), 'rule says', 'rules say')} who may come how.", _rule_evidence(rules, page)
    )


def check_mobile_rules(facts: CheckData) -> CheckResult:
    rules = facts.listed("ListMobileDeviceAccessRules", "Rules")
    page = reverse("mobile:list", args=[facts.organization.slug])
    if not rules:
        return failed("There is no rule at all: no phone may synchronize.")
    if not _is_restrictive(rules, mobile.PROPERTIES):
        return failed("Any device at all may synchronize.", _rule_evidence(rules, page), tone=Tone.LOOK)
    return passed(
        f"{number_of(len(rules), 'rule says', 'rules say')} which devices may.", _rule_evidence(rules, page)
    )


def _is_restrictive(rules: Sequence[Rule], conditions: Iterable[str]) -> bool:
    """Return whether the rules deny anything; a single rule that allows everything does not."""
    names = tuple(conditions)
    everything = any(
        rule["Effect"] == ALLOW and not list(evaluation.rule_conditions(rule, names)) for rule in rules
    )
    return not everything or any(rule["Effect"] == DENY for rule in rules)


def _rule_evidence(rules: Iterable[Rule], page: str) -> Iterable[Evidence]:
    named = sorted(rules, key=lambda rule: str(rule["Name"]).lower())
    return [Evidence(_rule_text(rule), page) for rule in named]


def _rule_text(rule: Rule) -> str:
    return f"{rule['Name']}: {rule.get('Description') or str(rule['Effect']).lower()}"


def check_dmarc(facts: CheckData) -> CheckResult:
    if facts.look("DescribeInboundDmarcSettings").shown.get("Enforced"):
        return passed("WorkMail does with mail that fails DMARC what its sender's domain asks for.")
    return failed("WorkMail delivers mail that fails DMARC, whatever its sender's domain asks for.")


def plan_dmarc_enforcement(facts: CheckData) -> list[PlannedStep]:
    if facts.look("DescribeInboundDmarcSettings").shown.get("Enforced"):
        return []
    label = "Apply the DMARC policies of those who send"
    return [PlannedStep(PUT_DMARC, {"Enforced": True}, label=label, expects={"Enforced": False})]


def check_retention(facts: CheckData) -> CheckResult:
    look = facts.look("GetDefaultRetentionPolicy")
    page = reverse("retention:detail", args=[facts.organization.slug])
    lines = [Evidence(each, page) for each in retention_display.summarize_policy(look)]
    acting = any(
        each["Action"] in retention_display.DELETION_TEXTS
        for each in look.shown.get("FolderConfigurations", [])
    )
    if not acting:
        return failed("Nothing is ever deleted by itself; mail is kept for good.", lines, tone=Tone.LOOK)
    return passed("A retention policy is set.", lines)


def check_monitoring(facts: CheckData) -> CheckResult:
    look = facts.look("DescribeEmailMonitoringConfiguration")
    page = reverse("monitoring:detail", args=[facts.organization.slug])
    lines = [Evidence(each, page) for each in display.summarize_logging(look)]
    if look.is_unset:
        return failed("E-mail events are not logged.", lines)
    return passed("E-mail events are logged.", lines)


def domain_reads(organization: Organization) -> list[ReadRequest]:
    """Return a read for each domain, unverified ones first."""
    names = sorted(_mail_domains(organization), key=lambda each: (_is_verified(each), each.name))
    return [ReadRequest("GetMailDomain", {"DomainName": each.name}) for each in names[:MAX_DOMAIN_READS]]


def check_dkim(facts: CheckData) -> CheckResult:
    facts.require("GetMailDomain")
    found = _mail_domains(facts.organization)
    bad = [each for each in found if not _is_verified(each)]
    if not found:
        return failed("There is no mail domain but WorkMail's own test domain.", tone=Tone.LOOK)
    if not bad:
        return passed(f"{number_of(len(found), 'domain is', 'domains are')} verified, DKIM included.")
    said = f"Of {number_of(len(found), 'domain', 'domains')} {number_of(len(bad), 'is', 'are')} not verified."
    return failed(
        said, [Evidence(_verification_text(each), _domain_url(facts, each)) for each in bad], len(bad)
    )


def _mail_domains(organization: Organization) -> list[Domain]:
    """Return the mail domains from the mirror, which the reads have updated."""
    return list(
        Domain.objects.filter(organization=organization).exclude(name__endswith=WORKMAIL_DOMAIN_SUFFIX)
    )


def _is_verified(domain: Domain) -> bool:
    return domain.ownership == VERIFIED and domain.dkim == VERIFIED


def _verification_text(domain: Domain) -> str:
    def word(status: str) -> str:
        return status.lower() or "not known"

    return f"{domain.name}: ownership {word(domain.ownership)}, DKIM {word(domain.dkim)}"


def _domain_url(facts: CheckData, domain: Domain) -> str:
    return reverse("domains:detail", args=[facts.organization.slug, domain.name])
