"""Personal access tokens, which only WorkMail stores."""

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

LIST_OPERATION, METADATA_OPERATION, DELETE_OPERATION = (
    "ListPersonalAccessTokens",
    "GetPersonalAccessTokenMetadata",
    "DeletePersonalAccessToken",
)
SYSTEM_ACTOR = Actor.system(
    "personal access tokens"
)  # for narrowed operators, who are shown their people's alone
IDLE_AFTER = timedelta(days=90)
EXPIRY_WARNING = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class AccessToken:
    id: str
    user_id: str
    name: str
    scopes: tuple[str, ...]
    created: datetime | None
    used: datetime | None
    expires: datetime | None
    owner: Entity | None = None

    @classmethod
    def of(cls, shown: Mapping[str, Any], owners: Mapping[str, Entity]) -> "AccessToken":
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
        """Return the age in days."""
        return (timezone.now() - self.created).days if self.created else None

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        return (
            self.expires is not None
            and not self.is_expired
            and self.expires <= timezone.now() + EXPIRY_WARNING
        )

    @property
    def is_idle(self) -> bool:
        """Return whether the token was last used, or else created, more than 90 days ago."""
        last = self.used or self.created
        return last is not None and last < timezone.now() - IDLE_AFTER

    @property
    def is_orphaned(self) -> bool:
        """Return whether the owner is disabled, deleted or unknown."""
        return self.owner is None or self.owner.state != Entity.State.ENABLED


def list_tokens(actor: Actor, organization: Organization) -> list[AccessToken]:
    """Return the tokens of the users that `actor` can see, the oldest first."""
    sees_all = policy.covers_organization(actor, LIST_OPERATION, organization)
    pages = gateway.call_pages(actor if sees_all else SYSTEM_ACTOR, LIST_OPERATION, organization)
    tokens = build_tokens(
        organization, (each for page in pages for each in page.get("PersonalAccessTokenSummaries", []))
    )
    if sees_all:
        return tokens
    ids = [each.user_id for each in tokens]
    visible = policy.visible_entities(actor, LIST_OPERATION, organization).filter(entity_id__in=ids)
    visible_ids = set(visible.values_list("entity_id", flat=True))
    return [each for each in tokens if each.user_id in visible_ids]


def list_user_tokens(actor: Actor, user: Entity) -> list[AccessToken]:
    """Return the tokens of one user, the oldest first; none if WorkMail does not have the user."""
    pages = gateway.call_pages(actor, LIST_OPERATION, user.organization, UserId=user.entity_id)
    try:
        summaries = [each for page in pages for each in page.get("PersonalAccessTokenSummaries", [])]
    except errors.Refused as answer:
        if answer.code not in ("EntityNotFoundException", "EntityStateException"):
            raise
        return []
    return build_tokens(user.organization, summaries)


def find_token(actor: Actor, user: Entity, token_id: str) -> AccessToken | None:
    """Return the token as WorkMail has it, or `None` if it is not this user's."""
    try:
        metadata = gateway.call(
            SYSTEM_ACTOR, METADATA_OPERATION, user.organization, PersonalAccessTokenId=token_id
        )
    except errors.Refused as answer:
        if answer.code != "ResourceNotFoundException":
            raise
        return None
    is_own = metadata.get("UserId") == user.entity_id
    return AccessToken.of(metadata, {user.entity_id: user}) if is_own else None


def build_revocation_steps(tokens: Sequence[AccessToken]) -> list[PlannedStep]:
    return [
        PlannedStep(DELETE_OPERATION, {"PersonalAccessTokenId": each.id}, label=f"Revoke {each.name}")
        for each in tokens
    ]


def find_owner_id(organization: Organization, token_id: str) -> str:
    """Return the id of the token's user, or "" if WorkMail does not return it."""
    try:
        metadata = gateway.call(
            SYSTEM_ACTOR, METADATA_OPERATION, organization, PersonalAccessTokenId=token_id
        )
    except errors.CallFailed:
        return ""
    return str(metadata.get("UserId") or "")


def build_tokens(organization: Organization, summaries: Iterable[Mapping[str, Any]]) -> list[AccessToken]:
    rows = list(summaries)
    ids = {row.get("UserId", "") for row in rows}
    owners = Entity.objects.filter(organization=organization, entity_id__in=ids)
    owners_by_id = {each.entity_id: each for each in owners.select_related("organization")}
    return sorted(
        (AccessToken.of(row, owners_by_id) for row in rows),
        key=lambda each: (each.created or timezone.now(), each.id),
    )
