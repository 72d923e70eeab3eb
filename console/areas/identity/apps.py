"""The identity area tells the policy whose personal access token is meant."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "console.areas.identity"
    label = "identity"

    def ready(self) -> None:
        from console.areas.identity import tokens
        from console.operators import policy

        policy.owner_finders["PersonalAccessTokenId"] = tokens.owner_of
