"""The exports area tells the policy whose mailbox a job is of."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "console.areas.exports"
    label = "exports"

    def ready(self) -> None:
        from console.areas.exports import scope
        from console.operators import policy

        policy.finders["JobId"] = scope.owner_of
