"""Personal access tokens: whose they are, how old, whether anybody uses them; WorkMail alone keeps them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from console.actor import Actor
from console.aws import errors
from console.changes.steps import PlannedStep
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy

LIST, METADATA, DELETE = (
    "ListPersonalAccessTokens",
    "GetPersonalAccessTokenMetadata",
    "DeletePersonalAccessToken",
)
READER = Actor.system("personal access tokens")  # for narrowed operators, who are shown their people's alone
IDLE = timedelta(days=90)
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Token:
    id: str
    user_id: str
    name: str
    scopes: tuple[str, ...]
    created: datetime | None
    used: datetime | None
    expires: datetime | None
    owner: Entity | None = None

    @classmethod
    def of(cls, shown: Mapping[str, Any], owners: Mapping[str, Entity]) -> "Token":
        user_id = shown.get("UserId", "")
        return cls(
            shown["PersonalAccessTokenId"],
            user_id,
            shown.get("Name") or "",
            tuple(shown.get("Scopes") or ()),
            shown.get("DateCreated"),
            shown.get("DateLastUsed"),
            shown.get("ExpiresTime"),
            owners.get(user_id),
        )

    @property
    def age(self) -> int | None:
        """In days."""
        return (timezone.now() - self.created).days if self.created else None

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        return self.expires is not None and not self.is_expired and self.expires <= timezone.now() + SOON

    @property
    def is_idle(self) -> bool:
        """Nobody has used it for long, counted from its beginning if nobody ever did."""
        last = self.used or self.created
        return last is not None and last < timezone.now() - IDLE

    @property
    def is_leavers(self) -> bool:
        """Whose owner has no mailbox to open with it any more, or is nobody whom the console knows."""
        return self.owner is None or self.owner.state != Entity.State.ENABLED


def listed(actor: Actor, organization: Organization) -> list[Token]:
    """Of everybody whom `actor` may see, the oldest first."""
    whole = policy.covers_organization(actor, LIST, organization)
    pages = gateway.call_pages(actor if whole else READER, LIST, organization)
    found = read(
        organization, (each for page in pages for each in page.get("PersonalAccessTokenSummaries", []))
    )
    if whole:
        return found
    ids = [each.user_id for each in found]
    visible = policy.visible_entities(actor, LIST, organization).filter(entity_id__in=ids)
    known = set(visible.values_list("entity_id", flat=True))
    return [each for each in found if each.user_id in known]


def of(actor: Actor, person: Entity) -> list[Token]:
    """One person's, the oldest first; WorkMail knows none of those whom it does not know any more."""
    pages = gateway.call_pages(actor, LIST, person.organization, UserId=person.entity_id)
    try:
        shown = [each for page in pages for each in page.get("PersonalAccessTokenSummaries", [])]
    except errors.Refused as answer:
        if answer.code not in ("EntityNotFoundException", "EntityStateException"):
            raise
        return []
    return read(person.organization, shown)


def find(actor: Actor, person: Entity, token_id: str) -> Token | None:
    """The token as it is now, if it is this person's."""
    try:
        shown = gateway.call(READER, METADATA, person.organization, PersonalAccessTokenId=token_id)
    except errors.Refused as answer:
        if answer.code != "ResourceNotFoundException":
            raise
        return None
    own = shown.get("UserId") == person.entity_id
    return Token.of(shown, {person.entity_id: person}) if own else None


def revoking(tokens: Sequence[Token]) -> list[PlannedStep]:
    """One step a token, for a change."""
    return [
        PlannedStep(DELETE, {"PersonalAccessTokenId": each.id}, label=f"Revoke {each.name}")
        for each in tokens
    ]


def owner_of(organization: Organization, token_id: str) -> str:
    """Whose a token is, for the policy; nobody's if WorkMail does not say."""
    try:
        shown = gateway.call(READER, METADATA, organization, PersonalAccessTokenId=token_id)
    except errors.CallFailed:
        return ""
    return str(shown.get("UserId") or "")


def read(organization: Organization, shown: Iterable[Mapping[str, Any]]) -> list[Token]:
    """What WorkMail lists, with its owners, the oldest first."""
    rows = list(shown)
    ids = {row.get("UserId", "") for row in rows}
    owners = Entity.objects.filter(organization=organization, entity_id__in=ids)
    known = {each.entity_id: each for each in owners.select_related("organization")}
    return sorted(
        (Token.of(row, known) for row in rows), key=lambda each: (each.created or timezone.now(), each.id)
    )
