"""Register the owner of a personal access token with the policy."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "console.areas.identity"
    label = "identity"

    def ready(self) -> None:
        from console import extensions
        from console.areas.identity import access_tokens

        extensions.register_owner_finder("PersonalAccessTokenId", access_tokens.find_owner_id)
