"""Register the writes, the undo and the read effect of access rules that block users."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "console.areas.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from console.areas.lifecycle.access_block import block_status, rule_merge
        from console.changes import execution, undo
        from console.mirror import effects

        execution.performers["PutAccessControlRule"] = rule_merge.write_rule
        execution.performers["DeleteAccessControlRule"] = rule_merge.write_rule
        undo.special_inverses.append(rule_merge.plan_undo)
        effects.HANDLERS["ListAccessControlRules"] = block_status.update_blocked_users
