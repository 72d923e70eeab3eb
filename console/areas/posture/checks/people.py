"""What people hold and do not need: tokens that nobody uses, and rights of those who are disabled."""

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from console.areas.directory import kinds
from console.areas.identity import tokens
from console.areas.identity.tokens import Token
from console.areas.impersonation.reach import DOES
from console.areas.posture.facts import Facts
from console.areas.posture.models import Tone
from console.areas.posture.results import MOST, SHOWN, Line, Result, good, wrong
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Membership, Organization, Permission
from console.plurals import number_of

State = Entity.State
GONE = (State.DISABLED, State.DELETED)


def idle_tokens(facts: Facts) -> Result:
    found = _tokens(facts, _is_idle)
    if not found:
        return good("Every personal access token was used within 90 days.")
    told = number_of(len(found), "personal access token has", "personal access tokens have")
    return wrong(f"{told} not been used for 90 days.", _told(facts, found), len(found))


def leavers_tokens(facts: Facts) -> Result:
    found = _tokens(facts, _is_leavers)
    if not found:
        return good("Whoever holds a personal access token has a mailbox.")
    told = number_of(len(found), "personal access token is", "personal access tokens are")
    return wrong(f"{told} held by somebody without a mailbox.", _told(facts, found), len(found))


def revoking_idle(facts: Facts) -> list[PlannedStep]:
    return _revoking(_tokens(facts, _is_idle))


def revoking_leavers(facts: Facts) -> list[PlannedStep]:
    return _revoking(_tokens(facts, _is_leavers))


def _revoking(found: Sequence[Token]) -> list[PlannedStep]:
    """None that has been used since."""
    return [
        PlannedStep(
            each.operation, each.params, f"Revoke {token.name} of {_owner(token)}", None, _unused(token)
        )
        for token, each in zip(found, tokens.revoking(found), strict=True)
    ]


def _unused(token: Token) -> dict[str, object]:
    return {"DateLastUsed": token.used}


def _tokens(facts: Facts, wanted: Callable[[Token], bool]) -> list[Token]:
    shown = facts.listed(tokens.LIST, "PersonalAccessTokenSummaries")
    return [each for each in tokens.read(facts.organization, shown) if wanted(each)]


def _is_idle(token: Token) -> bool:
    return token.is_idle


def _is_leavers(token: Token) -> bool:
    return token.is_leavers


def _told(facts: Facts, found: Iterable[Token]) -> Iterable[Line]:
    slug = facts.organization.slug
    return [
        Line(_token(each), reverse("identity:tokens-of", args=[slug, each.user_id]) if each.owner else "")
        for each in found
    ]


def _token(token: Token) -> str:
    used = f"last used {token.used:%-d %B %Y}" if token.used else "never used"
    return f"{token.name} of {_owner(token)}, {used}"


def _owner(token: Token) -> str:
    return str(token.owner or token.user_id)


def leavers_access(facts: Facts) -> Result:
    found = _permissions(facts.organization)
    if not (count := found.count()):
        return good("Nobody who is disabled or deleted may open a mailbox or send in its name.")
    rows = list(found.select_related("owner__organization")[:SHOWN])
    names = _names(facts.organization, rows)
    told = number_of(count, "right to a mailbox is", "rights to mailboxes are")
    lines = [Line(_permission(row, names), kinds.place(row.owner)) for row in rows]
    return wrong(f"{told} held by somebody who is disabled or deleted.", lines, count)


def taking_access(facts: Facts) -> list[PlannedStep]:
    rows = list(_permissions(facts.organization).select_related("owner__organization")[:MOST])
    names = _names(facts.organization, rows)
    return [
        PlannedStep(
            "DeleteMailboxPermissions",
            {"EntityId": row.owner.entity_id, "GranteeId": row.grantee_id},
            f"{names[row.grantee_id]} may do nothing with {kinds.mailbox(row.owner)} any more",
            None,
            {f"Access of {row.grantee_id}": sorted(row.values)},
        )
        for row in rows
    ]


def _permissions(organization: Organization) -> QuerySet[Permission]:
    """Rows of permissions are walked, which are far fewer than people; each grantee is found by her id."""
    grantee = Entity.objects.filter(organization=organization, entity_id=OuterRef("grantee_id"))
    left = grantee.filter(Q(state=State.DELETED) | Q(kind=Entity.Kind.USER, state=State.DISABLED))
    rows = Permission.objects.filter(Exists(left), organization=organization)
    return rows.exclude(owner__state=State.DELETED).order_by("pk")


def _names(organization: Organization, rows: Iterable[Permission]) -> dict[str, str]:
    ids = [row.grantee_id for row in rows]
    held = Entity.objects.filter(organization=organization, entity_id__in=ids)
    return {each.entity_id: f"{each} ({each.get_state_display().lower()})" for each in held}


def _permission(row: Permission, names: dict[str, str]) -> str:
    may = ", ".join(DOES.get(each, each) for each in row.values)
    mailbox = kinds.mailbox(row.owner)
    return f"{mailbox[:1].upper()}{mailbox[1:]}: {names[row.grantee_id]} may {may}"


def leavers_groups(facts: Facts) -> Result:
    found = _memberships(facts.organization)
    if not (count := found.count()):
        return good("Nobody who is disabled or deleted is in a group.")
    rows = found.select_related("group__organization", "member")[:SHOWN]
    lines = [Line(f"{row.member} in {row.group}{_never(row.member)}", kinds.place(row.group)) for row in rows]
    told = number_of(count, "membership is", "memberships are")
    return wrong(f"{told} of somebody who is disabled or deleted.", lines, count, Tone.LOOK)


def leaving_groups(facts: Facts) -> list[PlannedStep]:
    rows = _memberships(facts.organization).select_related("group", "member")[:MOST]
    return [
        PlannedStep(
            "DisassociateMemberFromGroup",
            {"GroupId": row.group.entity_id, "MemberId": row.member.entity_id},
            f"{row.member} leaves {row.group}",
        )
        for row in rows
    ]


def _memberships(organization: Organization) -> QuerySet[Membership]:
    """From the disabled, whom an index has, to their groups; WorkMail's own users stay in theirs."""
    left = Membership.objects.filter(
        member__organization=organization, member__kind=Entity.Kind.USER, member__state__in=GONE
    )
    return left.exclude(member__role="SYSTEM_USER").exclude(group__state=State.DELETED).order_by("pk")


def _never(person: Entity) -> str:
    return "" if person.enabled_date else ", who was never enabled"
