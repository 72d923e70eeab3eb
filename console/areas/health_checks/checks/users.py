"""Checks of tokens, mailbox permissions and memberships that users no longer need."""

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from console.areas.entities import kinds
from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.definitions import (
    EVIDENCE_SHOWN,
    MAX_STEPS,
    CheckResult,
    Evidence,
    failed,
    passed,
)
from console.areas.health_checks.models import Tone
from console.areas.identity import access_tokens
from console.areas.identity.access_tokens import AccessToken
from console.areas.impersonation.reach import PERMISSION_LABELS
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Membership, Organization, Permission
from console.plurals import number_of

State = Entity.State
INACTIVE_STATES = (State.DISABLED, State.DELETED)


def check_idle_tokens(facts: CheckData) -> CheckResult:
    found = _read_tokens(facts, _is_idle)
    if not found:
        return passed("Every personal access token was used within 90 days.")
    told = number_of(len(found), "personal access token has", "personal access tokens have")
    return failed(f"{told} not been used for 90 days.", _token_evidence(facts, found), len(found))


def check_leavers_tokens(facts: CheckData) -> CheckResult:
    found = _read_tokens(facts, _is_leavers)
    if not found:
        return passed("Whoever holds a personal access token has a mailbox.")
    told = number_of(len(found), "personal access token is", "personal access tokens are")
    return failed(f"{told} held by somebody without a mailbox.", _token_evidence(facts, found), len(found))


def plan_idle_revocation(facts: CheckData) -> list[PlannedStep]:
    return _revocation_steps(_read_tokens(facts, _is_idle))


def plan_leavers_revocation(facts: CheckData) -> list[PlannedStep]:
    return _revocation_steps(_read_tokens(facts, _is_leavers))


def _revocation_steps(found: Sequence[AccessToken]) -> list[PlannedStep]:
    """Return steps that revoke the tokens, unless one was used since."""
    return [
        PlannedStep(
            each.operation,
            each.params,
            f"Revoke {token.name} of {_owner_name(token)}",
            None,
            _expected_last_use(token),
        )
        for token, each in zip(found, access_tokens.build_revocation_steps(found), strict=True)
    ]


def _expected_last_use(token: AccessToken) -> dict[str, object]:
    return {"DateLastUsed": token.used}


def _read_tokens(facts: CheckData, wanted: Callable[[AccessToken], bool]) -> list[AccessToken]:
    shown = facts.listed(access_tokens.LIST_OPERATION, "PersonalAccessTokenSummaries")
    return [each for each in access_tokens.build_tokens(facts.organization, shown) if wanted(each)]


def _is_idle(token: AccessToken) -> bool:
    return token.is_idle


def _is_leavers(token: AccessToken) -> bool:
    return token.is_orphaned


def _token_evidence(facts: CheckData, found: Iterable[AccessToken]) -> Iterable[Evidence]:
    slug = facts.organization.slug
    return [
        Evidence(
            _token_text(each), reverse("identity:tokens-of", args=[slug, each.user_id]) if each.owner else ""
        )
        for each in found
    ]


def _token_text(token: AccessToken) -> str:
    used = f"last used {token.used:%-d %B %Y}" if token.used else "never used"
    return f"{token.name} of {_owner_name(token)}, {used}"


def _owner_name(token: AccessToken) -> str:
    return str(token.owner or token.user_id)


def check_leavers_access(facts: CheckData) -> CheckResult:
    found = _leavers_permissions(facts.organization)
    if not (count := found.count()):
        return passed("Nobody who is disabled or deleted may open a mailbox or send in its name.")
    rows = list(found.select_related("owner__organization")[:EVIDENCE_SHOWN])
    names = _grantee_names(facts.organization, rows)
    told = number_of(count, "right to a mailbox is", "rights to mailboxes are")
    lines = [Evidence(_permission_text(row, names), kinds.entity_url(row.owner)) for row in rows]
    return failed(f"{told} held by somebody who is disabled or deleted.", lines, count)


def plan_access_removal(facts: CheckData) -> list[PlannedStep]:
    rows = list(_leavers_permissions(facts.organization).select_related("owner__organization")[:MAX_STEPS])
    names = _grantee_names(facts.organization, rows)
    return [
        PlannedStep(
            "DeleteMailboxPermissions",
            {"EntityId": row.owner.entity_id, "GranteeId": row.grantee_id},
            f"{names[row.grantee_id]} may do nothing with {kinds.mailbox_label(row.owner)} any more",
            None,
            {f"Access of {row.grantee_id}": sorted(row.values)},
        )
        for row in rows
    ]


def _leavers_permissions(organization: Organization) -> QuerySet[Permission]:
    """Return permissions of disabled or deleted grantees, starting from the few permission rows."""
    grantee = Entity.objects.filter(organization=organization, entity_id=OuterRef("grantee_id"))
    left = grantee.filter(Q(state=State.DELETED) | Q(kind=Entity.Kind.USER, state=State.DISABLED))
    rows = Permission.objects.filter(Exists(left), organization=organization)
    return rows.exclude(owner__state=State.DELETED).order_by("pk")


def _grantee_names(organization: Organization, rows: Iterable[Permission]) -> dict[str, str]:
    ids = [row.grantee_id for row in rows]
    held = Entity.objects.filter(organization=organization, entity_id__in=ids)
    return {each.entity_id: f"{each} ({each.get_state_display().lower()})" for each in held}


def _permission_text(row: Permission, names: dict[str, str]) -> str:
    may = ", ".join(PERMISSION_LABELS.get(each, each) for each in row.values)
    mailbox = kinds.mailbox_label(row.owner)
    return f"{mailbox[:1].upper()}{mailbox[1:]}: {names[row.grantee_id]} may {may}"


def check_leavers_groups(facts: CheckData) -> CheckResult:
    found = _leavers_memberships(facts.organization)
    if not (count := found.count()):
        return passed("Nobody who is disabled or deleted is in a group.")
    rows = found.select_related("group__organization", "member")[:EVIDENCE_SHOWN]
    lines = [
        Evidence(f"{row.member} in {row.group}{_never_enabled_note(row.member)}", kinds.entity_url(row.group))
        for row in rows
    ]
    told = number_of(count, "membership is", "memberships are")
    return failed(f"{told} of somebody who is disabled or deleted.", lines, count, Tone.LOOK)


def plan_membership_removal(facts: CheckData) -> list[PlannedStep]:
    rows = _leavers_memberships(facts.organization).select_related("group", "member")[:MAX_STEPS]
    return [
        PlannedStep(
            "DisassociateMemberFromGroup",
            {"GroupId": row.group.entity_id, "MemberId": row.member.entity_id},
            f"{row.member} leaves {row.group}",
        )
        for row in rows
    ]


def _leavers_memberships(organization: Organization) -> QuerySet[Membership]:
    """Return memberships of disabled or deleted users, except WorkMail's system users."""
    left = Membership.objects.filter(
        member__organization=organization, member__kind=Entity.Kind.USER, member__state__in=INACTIVE_STATES
    )
    return left.exclude(member__role="SYSTEM_USER").exclude(group__state=State.DELETED).order_by("pk")


def _never_enabled_note(person: Entity) -> str:
    return "" if person.enabled_date else ", who was never enabled"
