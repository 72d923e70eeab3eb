"""Register the exports area with the policy and with the engine of changes."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "console.areas.exports"
    label = "exports"

    def ready(self) -> None:
        from console import extensions
        from console.areas.exports import change_step, scope

        extensions.register_owner_finder("JobId", scope.find_mailbox_owner)
        extensions.register_performer("StartMailboxExportJob", change_step.perform_export)
