"""From what was read to lines that a helpdesk can read out: what is, what it means, what to do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.doctor.reading import ACCESS, MOBILE, Reading
from console.areas.domains.models import Check
from console.areas.exports.models import ExportJob
from console.areas.ledger import scope as ledger
from console.areas.users.showing import megabytes
from console.mirror.mailboxes import Mailbox, Obstacle, get_mailbox
from console.mirror.models import Entity
from console.operators import policy
from console.plurals import number_of

RECENT = timedelta(days=7)
JUST = timedelta(minutes=5)  # in which clients follow a change of rules or permissions [documented]
LAST = 5
BAD, LOOK, GOOD, NOTED, CLOSED = "bad", "look", "good", "noted", "closed"
ORDER = (BAD, LOOK, NOTED, GOOD, CLOSED)
NAMES = {
    "ActiveSync": "Phones and tablets (ActiveSync)",
    "AutoDiscover": "Setting up mail programs (AutoDiscover)",
    "EWS": "Outlook and Mac Mail (EWS)",
    "IMAP": "Other mail programs, receiving (IMAP)",
    "SMTP": "Other mail programs, sending (SMTP)",
    "WindowsOutlook": "Outlook on Windows",
    "WebMail": "Web mail",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `tone` is one of `ORDER`; `href` is where it can be mended, for whoever may."""

    tone: str
    title: str
    evidence: str = ""
    advice: str = ""
    href: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """The person, who asks, and what was read; links only to what the operator may do."""

    actor: Actor
    person: Entity
    reading: Reading
    device_id: str = ""

    def link(self, operation: str, name: str, *args: Any) -> str:
        organization = self.person.organization
        entity = self.person if name.startswith(("users:", "mobile:person")) else None
        may = policy.allows(self.actor, operation, organization, entity)
        return reverse(name, args=[organization.slug, *args]) if may else ""

    def hers(self, operation: str, name: str) -> str:
        return self.link(operation, name, self.person.entity_id)

    @property
    def is_enabled(self) -> bool:
        return bool(self.user.get("State", self.person.state) == Entity.State.ENABLED)

    @property
    def user(self) -> dict[str, Any]:
        return self.reading.of("DescribeUser")

    @property
    def mailbox(self) -> Mailbox:
        """What WorkMail holds for this user, by what it shows now."""
        shown = Entity(
            kind=Entity.Kind.USER,
            role=self.user.get("UserRole", self.person.role),
            state=self.user.get("State", self.person.state),
            disabled_date=self.user.get("DisabledDate", self.person.disabled_date),
        )
        return get_mailbox(shown)


Check_ = Callable[[Case], Iterator[Finding]]


def findings(case: Case) -> list[Finding]:
    """All lines, what wants doing first."""
    found = [finding for check in CHECKS for finding in check(case)]
    return sorted(found, key=lambda finding: ORDER.index(finding.tone))


def state(case: Case) -> Iterator[Finding]:
    found = case.user.get("State", case.person.state)
    if found == "ENABLED":
        yield Finding(GOOD, "The account is enabled.", case.user.get("Email") or case.person.email)
    elif found == "DISABLED":
        removed_at = case.mailbox.removed_at
        ends = f" WorkMail deletes the mailbox on {removed_at:%-d %B %Y}." if removed_at else ""
        advice = f"Enable it; mail that was sent meanwhile went back to its senders.{ends}"
        href = case.hers("RegisterToWorkMail", "users:enable")
        yield Finding(BAD, "The account is disabled: no signing in, no mail.", "", advice, href, "Enable")
    else:
        yield Finding(
            BAD, "The account is deleted.", "", "A new account has another id and an empty mailbox."
        )


def role(case: Case) -> Iterator[Finding]:
    if case.mailbox.obstacle == Obstacle.REMOTE:
        advice = "Mail is kept elsewhere. Change the role to User for a mailbox here."
        yield Finding(
            BAD,
            "A remote user has no mailbox here.",
            "",
            advice,
            case.hers("UpdateUser", "users:edit"),
            "Edit",
        )


def mailbox(case: Case) -> Iterator[Finding]:
    shown = case.reading.of("GetMailboxDetails")
    size, quota = shown.get("MailboxSize"), shown.get("MailboxQuota")
    if size is None or not quota or not case.mailbox.exists:
        return
    percent = round(100 * size / quota)
    evidence = f"{megabytes(size)} of {megabytes(quota)}, {percent} %"
    href = case.hers("UpdateMailboxQuota", "users:quota")
    if percent >= 100:
        advice = "New mail goes back to its senders until some is deleted, or the quota grows."
        yield Finding(BAD, "The mailbox is full.", evidence, advice, href, "Quota")
    elif percent >= 90:
        yield Finding(
            LOOK,
            "The mailbox is nearly full.",
            evidence,
            "WorkMail has told its owner so, too.",
            href,
            "Quota",
        )
    else:
        yield Finding(GOOD, "There is room in the mailbox.", evidence)


def protocols(case: Case) -> Iterator[Finding]:
    """The seven as one line if all are open, else a line for each that is closed."""
    answers = {name: answer for name, answer in case.reading.protocols.items() if isinstance(answer, dict)}
    if not answers:
        if all(answer is None for answer in case.reading.protocols.values()):
            yield Finding(CLOSED, "What access rules decide is not among your rights.")
        return
    denied = {name: answer for name, answer in answers.items() if answer.get("Effect") == "DENY"}
    came = f"from {case.reading.address}" if case.reading.address else "from a network that no rule names"
    if not denied:
        yield Finding(GOOD, f"Access rules allow {number_of(len(answers), 'protocol')} {came}.")
    for name, answer in denied.items():
        yield _denied(case, name, answer.get("MatchedRules") or [], came)


def _denied(case: Case, protocol: str, rules: list[str], came: str) -> Finding:
    title = f"{NAMES[protocol]}: access rules deny it {came}."
    href = case.link("ListAccessControlRules", "access_rules:list")
    frozen = next((rule for rule in rules if rule.startswith("freeze-")), "")
    if frozen:
        return Finding(BAD, title, f"Rule {frozen}", "This is a freeze. Thawing ends it.", href, "Rules")
    if not rules:
        return Finding(BAD, title, "No rule allows it.", "A rule has to allow it.", href, "Rules")
    advice = "Denying wins over allowing: this rule has to except the person or the network."
    return Finding(BAD, title, f"Rule {', '.join(rules)}", advice, href, "Rules")


def mobile(case: Case) -> Iterator[Finding]:
    """An override beats the rules, for its one device."""
    named = case.device_id.lower()
    overrides = case.reading.of("ListMobileDeviceAccessOverrides").get("Overrides", [])
    ours = [each for each in overrides if not named or each["DeviceId"].lower() == named]
    yield from (_shut_out(case, each) for each in ours if each["Effect"] == "DENY")
    if named and any(each["Effect"] == "ALLOW" for each in ours):
        yield Finding(GOOD, f"The device {case.device_id} is let in by an override, whatever the rules say.")
    else:
        yield from _by_rules(case)


def _shut_out(case: Case, override: Mapping[str, Any]) -> Finding:
    title = f"The device {override['DeviceId']} is shut out by an override."
    href = case.hers("ListMobileDeviceAccessOverrides", "mobile:person")
    advice = "It beats the rules. Remove it, or allow the device."
    tone = BAD if case.device_id else LOOK
    return Finding(tone, title, override.get("Description") or "", advice, href, "Overrides")


def _by_rules(case: Case) -> Iterator[Finding]:
    effect = case.reading.answers.get(MOBILE)
    if not isinstance(effect, dict):
        return
    if effect.get("Effect") != "DENY":
        yield Finding(GOOD, "Mobile device rules let such a device in.")
        return
    rules = ", ".join(each["Name"] for each in effect.get("MatchedRules", [])) or "no rule lets it in"
    advice = "Allow the one device by an override, or change the rules."
    href = case.link("ListMobileDeviceAccessRules", "mobile:list")
    yield Finding(BAD, "Mobile device rules keep such a device out.", rules, advice, href, "Rules")


def sign_in(case: Case) -> Iterator[Finding]:
    if not case.is_enabled:
        return  # a disabled user cannot sign in, whatever is configured
    shown = case.reading.of("DescribeIdentityProviderConfiguration")
    only = shown.get("AuthenticationMode") == "IDENTITY_PROVIDER_ONLY"
    associated = bool(case.user.get("IdentityProviderUserId"))
    if only and not associated:
        advice = "The directory password does not work any more. Associate the person in the record."
        yield Finding(
            BAD,
            "Sign-in is by IAM Identity Center alone, and this person is not associated with it.",
            "",
            advice,
            case.hers("UpdateUser", "users:edit"),
            "Edit",
        )
    elif only:
        yield Finding(
            LOOK,
            "Sign-in is by IAM Identity Center alone.",
            "",
            "The directory password does not work; mail programs need a personal access token.",
        )
    elif shown:
        yield Finding(NOTED, "Both the directory password and IAM Identity Center work.")
    yield from _tokens(case, only)


def _tokens(case: Case, needed: bool) -> Iterator[Finding]:
    if case.reading.answers.get("ListPersonalAccessTokens") is None:
        return
    tokens = case.reading.of("ListPersonalAccessTokens").get("PersonalAccessTokenSummaries", [])
    now = timezone.now()
    expired = [each for each in tokens if each.get("ExpiresTime") and each["ExpiresTime"] <= now]
    href = case.link("ListPersonalAccessTokens", "identity:tokens-of", case.person.entity_id)
    if expired and len(expired) == len(tokens):
        yield Finding(
            BAD if needed else LOOK,
            f"All personal access tokens have expired ({len(expired)}).",
            "",
            "Only the owner can make a new one, in web mail.",
            href,
            "Tokens",
        )
    elif needed and not tokens:
        yield Finding(
            LOOK,
            "There is no personal access token.",
            "",
            "A mail program needs one, which the owner makes in web mail.",
            href,
            "Tokens",
        )


def groups(case: Case) -> Iterator[Finding]:
    """Mail to a group that is not enabled reaches nobody."""
    ids = [each["GroupId"] for each in case.reading.of("ListGroupsForEntity").get("Groups", [])]
    seen = policy.visible_entities(case.actor, "ListGroups", case.person.organization).filter(
        entity_id__in=ids
    )
    named = list(seen.order_by("sort_name"))
    off = [each for each in named if each.state != Entity.State.ENABLED]
    for each in off[:LAST]:
        href = case.link("DescribeGroup", "groups:detail", each.entity_id)
        yield Finding(
            LOOK,
            f"The group {each} is not enabled.",
            "",
            "Mail to it reaches nobody.",
            href,
            "Group",
        )
    if not off and named and case.is_enabled:
        more = f" and {len(named) - LAST} more" if len(named) > LAST else ""
        yield Finding(GOOD, "Mail to these groups arrives:", ", ".join(map(str, named[:LAST])) + more)


def domain(case: Case) -> Iterator[Finding]:
    """What the last look at the records of her domain found."""
    last = Check.objects.filter(organization=case.person.organization, domain=case.person.domain).first()
    if last is None or last.state != Check.State.PROBLEMS:
        return
    href = case.link("GetMailDomain", "domains:detail", case.person.domain)
    when = f"As of {last.at:%Y-%m-%d %H:%M} UTC"
    yield Finding(
        LOOK,
        f"Some records of {case.person.domain} are missing or wrong.",
        when,
        "Mail from outside may not find its way.",
        href,
        "Records",
    )


def export(case: Case) -> Iterator[Finding]:
    if not policy.allows(case.actor, "ListMailboxExportJobs", case.person.organization, case.person):
        return
    jobs = ExportJob.objects.filter(organization=case.person.organization, entity_id=case.person.entity_id)
    if job := jobs.open().order_by("-requested_at").first():
        href = case.link("ListMailboxExportJobs", "exports:detail", job.pk)
        yield Finding(
            NOTED,
            "The mailbox is being exported.",
            job.get_state_display(),
            "That keeps nobody from the mail.",
            href,
            "Export",
        )


def recently(case: Case) -> Iterator[Finding]:
    """What was done to her in the last days: it often is the answer."""
    organization = case.person.organization
    if not policy.allows(case.actor, "ReadLedger", organization, case.person):
        return
    entries = ledger.about(case.actor, organization, case.person.entity_id)
    for entry in entries.filter(at__gte=timezone.now() - RECENT)[:LAST]:
        fresh = timezone.now() - entry.at < JUST
        advice = "Mail programs may take up to five minutes to follow." if fresh else ""
        href = case.link("ReadLedger", "ledger:detail", entry.seq)
        yield Finding(
            LOOK if fresh else NOTED,
            f"{entry.sentence}.",
            f"{entry.at:%Y-%m-%d %H:%M} UTC",
            advice,
            href,
            "Entry",
        )


CHECKS: tuple[Check_, ...] = (
    state,
    role,
    mailbox,
    protocols,
    mobile,
    sign_in,
    groups,
    domain,
    export,
    recently,
)
ASKED = (ACCESS, MOBILE)
