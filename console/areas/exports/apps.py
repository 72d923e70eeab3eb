"""The exports area tells the policy whose mailbox a job is of, and changes how an export is a step."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "console.areas.exports"
    label = "exports"

    def ready(self) -> None:
        from console.areas.exports import performing, scope
        from console.changes import execution
        from console.operators import policy

        policy.owner_finders["JobId"] = scope.owner_of
        execution.performers["StartMailboxExportJob"] = performing.perform
