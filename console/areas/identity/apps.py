"""Register the owner of a personal access token with the policy."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "console.areas.identity"
    label = "identity"

    def ready(self) -> None:
        from console.areas.identity import access_tokens
        from console.operators import policy

        policy.owner_finders["PersonalAccessTokenId"] = access_tokens.find_owner_id
