"""Checks that explain why a user has no mail access: evidence, meaning and advice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.audit_log import scope
from console.areas.domains.models import Check
from console.areas.exports.models import ExportJob
from console.areas.troubleshooting.aws_reads import ACCESS_EFFECT, MOBILE_EFFECT, AwsAnswers
from console.areas.users.display import format_megabytes
from console.mirror.mailboxes import Mailbox, Obstacle, get_mailbox
from console.mirror.models import Entity
from console.operators import policy
from console.plurals import number_of

RECENT_PERIOD = timedelta(days=7)
PROPAGATION_PERIOD = timedelta(
    minutes=5
)  # in which clients follow a change of rules or permissions [documented]
MAX_SHOWN = 5
BAD, LOOK, GOOD, NOTED, CLOSED = "bad", "look", "good", "noted", "closed"
TONE_ORDER = (BAD, LOOK, NOTED, GOOD, CLOSED)
PROTOCOL_NAMES = {
    "ActiveSync": "Phones and tablets (ActiveSync)",
    "AutoDiscover": "Setting up mail programs (AutoDiscover)",
    "EWS": "Outlook and Mac Mail (EWS)",
    "IMAP": "Other mail programs, receiving (IMAP)",
    "SMTP": "Other mail programs, sending (SMTP)",
    "WindowsOutlook": "Outlook on Windows",
    "WebMail": "Web mail",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the diagnosis; `tone` is one of `TONE_ORDER`, `href` the page where it can be fixed."""

    tone: str
    title: str
    evidence: str = ""
    advice: str = ""
    href: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisCase:
    """The user, the operator and the AWS answers; links only to what the operator may do."""

    actor: Actor
    person: Entity
    reading: AwsAnswers
    device_id: str = ""

    def link(self, operation: str, name: str, *args: Any) -> str:
        organization = self.person.organization
        entity = self.person if name.startswith(("users:", "mobile:person")) else None
        may = policy.allows(self.actor, operation, organization, entity)
        return reverse(name, args=[organization.slug, *args]) if may else ""

    def user_link(self, operation: str, name: str) -> str:
        return self.link(operation, name, self.person.entity_id)

    @property
    def is_enabled(self) -> bool:
        return bool(self.user.get("State", self.person.state) == Entity.State.ENABLED)

    @property
    def user(self) -> dict[str, Any]:
        return self.reading.of("DescribeUser")

    @property
    def mailbox(self) -> Mailbox:
        """Return what WorkMail stores for this user, by the current answers."""
        shown = Entity(
            kind=Entity.Kind.USER,
            role=self.user.get("UserRole", self.person.role),
            state=self.user.get("State", self.person.state),
            disabled_date=self.user.get("DisabledDate", self.person.disabled_date),
        )
        return get_mailbox(shown)


DiagnosisCheck = Callable[[DiagnosisCase], Iterator[Diagnosis]]


def diagnose(case: DiagnosisCase) -> list[Diagnosis]:
    """Return all lines, most urgent first."""
    found = [finding for check in CHECKS for finding in check(case)]
    return sorted(found, key=lambda finding: TONE_ORDER.index(finding.tone))


def check_state(case: DiagnosisCase) -> Iterator[Diagnosis]:
    found = case.user.get("State", case.person.state)
    if found == "ENABLED":
        yield Diagnosis(GOOD, "The account is enabled.", case.user.get("Email") or case.person.email)
    elif found == "DISABLED":
        removed_at = case.mailbox.removed_at
        ends = f" WorkMail deletes the mailbox on {removed_at:%-d %B %Y}." if removed_at else ""
        advice = f"Enable it; mail that was sent meanwhile went back to its senders.{ends}"
        href = case.user_link("RegisterToWorkMail", "users:enable")
        yield Diagnosis(BAD, "The account is disabled: no signing in, no mail.", "", advice, href, "Enable")
    else:
        yield Diagnosis(
            BAD, "The account is deleted.", "", "A new account has another id and an empty mailbox."
        )


def check_role(case: DiagnosisCase) -> Iterator[Diagnosis]:
    if case.mailbox.obstacle == Obstacle.REMOTE:
        advice = "Mail is kept elsewhere. Change the role to User for a mailbox here."
        yield Diagnosis(
            BAD,
            "A remote user has no mailbox here.",
            "",
            advice,
            case.user_link("UpdateUser", "users:edit"),
            "Edit",
        )


def check_mailbox(case: DiagnosisCase) -> Iterator[Diagnosis]:
    shown = case.reading.of("GetMailboxDetails")
    size, quota = shown.get("MailboxSize"), shown.get("MailboxQuota")
    if size is None or not quota or not case.mailbox.exists:
        return
    percent = round(100 * size / quota)
    evidence = f"{format_megabytes(size)} of {format_megabytes(quota)}, {percent} %"
    href = case.user_link("UpdateMailboxQuota", "users:quota")
    if percent >= 100:
        advice = "New mail goes back to its senders until some is deleted, or the quota grows."
        yield Diagnosis(BAD, "The mailbox is full.", evidence, advice, href, "Quota")
    elif percent >= 90:
        yield Diagnosis(
            LOOK,
            "The mailbox is nearly full.",
            evidence,
            "WorkMail has told its owner so, too.",
            href,
            "Quota",
        )
    else:
        yield Diagnosis(GOOD, "There is room in the mailbox.", evidence)


def check_protocols(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Yield one line if all protocols are allowed, else one for each that is denied."""
    answers = {name: answer for name, answer in case.reading.protocols.items() if isinstance(answer, dict)}
    if not answers:
        if all(answer is None for answer in case.reading.protocols.values()):
            yield Diagnosis(CLOSED, "What access rules decide is not among your rights.")
        return
    denied = {name: answer for name, answer in answers.items() if answer.get("Effect") == "DENY"}
    came = f"from {case.reading.address}" if case.reading.address else "from a network that no rule names"
    if not denied:
        yield Diagnosis(GOOD, f"Access rules allow {number_of(len(answers), 'protocol')} {came}.")
    for name, answer in denied.items():
        yield _describe_denied_protocol(case, name, answer.get("MatchedRules") or [], came)


def _describe_denied_protocol(case: DiagnosisCase, protocol: str, rules: list[str], came: str) -> Diagnosis:
    title = f"{PROTOCOL_NAMES[protocol]}: access rules deny it {came}."
    href = case.link("ListAccessControlRules", "access_rules:list")
    frozen = next((rule for rule in rules if rule.startswith("freeze-")), "")
    if frozen:
        return Diagnosis(BAD, title, f"Rule {frozen}", "This is a freeze. Thawing ends it.", href, "Rules")
    if not rules:
        return Diagnosis(BAD, title, "No rule allows it.", "A rule has to allow it.", href, "Rules")
    advice = "Denying wins over allowing: this rule has to except the person or the network."
    return Diagnosis(BAD, title, f"Rule {', '.join(rules)}", advice, href, "Rules")


def check_mobile_access(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Check the override of the device first, then the mobile device rules."""
    named = case.device_id.lower()
    overrides = case.reading.of("ListMobileDeviceAccessOverrides").get("Overrides", [])
    ours = [each for each in overrides if not named or each["DeviceId"].lower() == named]
    yield from (_describe_denied_device(case, each) for each in ours if each["Effect"] == "DENY")
    if named and any(each["Effect"] == "ALLOW" for each in ours):
        yield Diagnosis(
            GOOD, f"The device {case.device_id} is let in by an override, whatever the rules say."
        )
    else:
        yield from _check_mobile_rules(case)


def _describe_denied_device(case: DiagnosisCase, override: Mapping[str, Any]) -> Diagnosis:
    title = f"The device {override['DeviceId']} is shut out by an override."
    href = case.user_link("ListMobileDeviceAccessOverrides", "mobile:person")
    advice = "It beats the rules. Remove it, or allow the device."
    tone = BAD if case.device_id else LOOK
    return Diagnosis(tone, title, override.get("Description") or "", advice, href, "Overrides")


def _check_mobile_rules(case: DiagnosisCase) -> Iterator[Diagnosis]:
    effect = case.reading.answers.get(MOBILE_EFFECT)
    if not isinstance(effect, dict):
        return
    if effect.get("Effect") != "DENY":
        yield Diagnosis(GOOD, "Mobile device rules let such a device in.")
        return
    rules = ", ".join(each["Name"] for each in effect.get("MatchedRules", [])) or "no rule lets it in"
    advice = "Allow the one device by an override, or change the rules."
    href = case.link("ListMobileDeviceAccessRules", "mobile:list")
    yield Diagnosis(BAD, "Mobile device rules keep such a device out.", rules, advice, href, "Rules")


def check_sign_in(case: DiagnosisCase) -> Iterator[Diagnosis]:
    if not case.is_enabled:
        return  # a disabled user cannot sign in, whatever is configured
    shown = case.reading.of("DescribeIdentityProviderConfiguration")
    only = shown.get("AuthenticationMode") == "IDENTITY_PROVIDER_ONLY"
    associated = bool(case.user.get("IdentityProviderUserId"))
    if only and not associated:
        advice = "The directory password does not work any more. Associate the person in the record."
        yield Diagnosis(
            BAD,
            "Sign-in is by IAM Identity Center alone, and this person is not associated with it.",
            "",
            advice,
            case.user_link("UpdateUser", "users:edit"),
            "Edit",
        )
    elif only:
        yield Diagnosis(
            LOOK,
            "Sign-in is by IAM Identity Center alone.",
            "",
            "The directory password does not work; mail programs need a personal access token.",
        )
    elif shown:
        yield Diagnosis(NOTED, "Both the directory password and IAM Identity Center work.")
    yield from _check_tokens(case, only)


def _check_tokens(case: DiagnosisCase, needed: bool) -> Iterator[Diagnosis]:
    if case.reading.answers.get("ListPersonalAccessTokens") is None:
        return
    tokens = case.reading.of("ListPersonalAccessTokens").get("PersonalAccessTokenSummaries", [])
    now = timezone.now()
    expired = [each for each in tokens if each.get("ExpiresTime") and each["ExpiresTime"] <= now]
    href = case.link("ListPersonalAccessTokens", "identity:tokens-of", case.person.entity_id)
    if expired and len(expired) == len(tokens):
        yield Diagnosis(
            BAD if needed else LOOK,
            f"All personal access tokens have expired ({len(expired)}).",
            "",
            "Only the owner can make a new one, in web mail.",
            href,
            "Tokens",
        )
    elif needed and not tokens:
        yield Diagnosis(
            LOOK,
            "There is no personal access token.",
            "",
            "A mail program needs one, which the owner makes in web mail.",
            href,
            "Tokens",
        )


def check_groups(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Check for groups that are not enabled, which receive no mail."""
    ids = [each["GroupId"] for each in case.reading.of("ListGroupsForEntity").get("Groups", [])]
    seen = policy.visible_entities(case.actor, "ListGroups", case.person.organization).filter(
        entity_id__in=ids
    )
    named = list(seen.order_by("sort_name"))
    off = [each for each in named if each.state != Entity.State.ENABLED]
    for each in off[:MAX_SHOWN]:
        href = case.link("DescribeGroup", "groups:detail", each.entity_id)
        yield Diagnosis(
            LOOK,
            f"The group {each} is not enabled.",
            "",
            "Mail to it reaches nobody.",
            href,
            "Group",
        )
    if not off and named and case.is_enabled:
        more = f" and {len(named) - MAX_SHOWN} more" if len(named) > MAX_SHOWN else ""
        yield Diagnosis(GOOD, "Mail to these groups arrives:", ", ".join(map(str, named[:MAX_SHOWN])) + more)


def check_domain(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Report problems of the last DNS check of the user's domain."""
    last = Check.objects.filter(organization=case.person.organization, domain=case.person.domain).first()
    if last is None or last.state != Check.State.PROBLEMS:
        return
    href = case.link("GetMailDomain", "domains:detail", case.person.domain)
    when = f"As of {last.at:%Y-%m-%d %H:%M} UTC"
    yield Diagnosis(
        LOOK,
        f"Some records of {case.person.domain} are missing or wrong.",
        when,
        "Mail from outside may not find its way.",
        href,
        "Records",
    )


def check_export(case: DiagnosisCase) -> Iterator[Diagnosis]:
    if not policy.allows(case.actor, "ListMailboxExportJobs", case.person.organization, case.person):
        return
    jobs = ExportJob.objects.filter(organization=case.person.organization, entity_id=case.person.entity_id)
    if job := jobs.open().order_by("-requested_at").first():
        href = case.link("ListMailboxExportJobs", "exports:detail", job.pk)
        yield Diagnosis(
            NOTED,
            "The mailbox is being exported.",
            job.get_state_display(),
            "That keeps nobody from the mail.",
            href,
            "Export",
        )


def check_recent_changes(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """List the latest changes to the user, which are often the cause."""
    organization = case.person.organization
    if not policy.allows(case.actor, "ReadLedger", organization, case.person):
        return
    entries = scope.entries_about(case.actor, organization, case.person.entity_id)
    for entry in entries.filter(at__gte=timezone.now() - RECENT_PERIOD)[:MAX_SHOWN]:
        fresh = timezone.now() - entry.at < PROPAGATION_PERIOD
        advice = "Mail programs may take up to five minutes to follow." if fresh else ""
        href = case.link("ReadLedger", "ledger:detail", entry.seq)
        yield Diagnosis(
            LOOK if fresh else NOTED,
            f"{entry.sentence}.",
            f"{entry.at:%Y-%m-%d %H:%M} UTC",
            advice,
            href,
            "Entry",
        )


CHECKS: tuple[DiagnosisCheck, ...] = (
    check_state,
    check_role,
    check_mailbox,
    check_protocols,
    check_mobile_access,
    check_sign_in,
    check_groups,
    check_domain,
    check_export,
    check_recent_changes,
)
EFFECT_OPERATIONS = (ACCESS_EFFECT, MOBILE_EFFECT)
