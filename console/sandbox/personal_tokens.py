"""Create personal access tokens as users do in web mail."""

import uuid
from collections.abc import Iterable

from console.sandbox.clock import DAY
from console.sandbox.organization_records import PersonalAccessToken
from console.sandbox.records import Organization, User
from console.sandbox.store import Store

SCOPES = ("IMAP", "SMTP", "EWS", "ACTIVE_SYNC")  # that there are scopes is [documented], which is [unknown]


class TokenNotPossible(Exception):
    """The token cannot be created in web mail; the message says why."""


def create_token(
    store: Store,
    organization: Organization,
    user_id: str,
    name: str,
    *,
    scopes: Iterable[str] = SCOPES,
    used: float | None = None,
) -> PersonalAccessToken:
    """Create a token for a user, last used at `used`; raise TokenNotPossible."""
    with store.transaction():
        provider = store.identity_providers.get(organization.organization_id)
        if provider is None or provider.token_status != "ACTIVE":
            raise TokenNotPossible(f"Personal access tokens are not active in {organization.alias}")
        require_mailbox(store, organization, user_id)
        now, days = store.clock.now(), provider.token_days
        token = PersonalAccessToken(
            organization_id=organization.organization_id,
            token_id=str(uuid.uuid4()),
            user_id=user_id,
            name=name,
            scopes=tuple(scopes),
            created=now,
            expires=now + days * DAY if days else None,
            used=used,
        )
        return store.personal_access_tokens.save(token)


def require_mailbox(store: Store, organization: Organization, user_id: str) -> None:
    user = store.entities.get(user_id)
    own = user is not None and user.organization_id == organization.organization_id
    if not own or not isinstance(user, User) or not user.is_enabled or user.role != "USER":
        raise TokenNotPossible(f"{user_id} is no enabled user of {organization.alias}")


def delete_tokens(store: Store, user_id: str) -> None:
    """Delete all tokens of a user who is deleted [inferred]."""
    for token in store.personal_access_tokens.all("of", user_id):
        store.personal_access_tokens.delete(token.key)
