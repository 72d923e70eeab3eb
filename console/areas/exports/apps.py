"""Register the exports area with the policy and with the engine of changes."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "console.areas.exports"
    label = "exports"

    def ready(self) -> None:
        from console.areas.exports import change_step, scope
        from console.changes import execution
        from console.operators import policy

        policy.owner_finders["JobId"] = scope.find_mailbox_owner
        execution.performers["StartMailboxExportJob"] = change_step.perform_export
