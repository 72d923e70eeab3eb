"""Register the writes, the undo and the read effect of access rules that block users."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "console.areas.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from console import extensions
        from console.areas.lifecycle.access_block import block_status, rule_merge

        extensions.register_performer("PutAccessControlRule", rule_merge.write_rule)
        extensions.register_performer("DeleteAccessControlRule", rule_merge.write_rule)
        extensions.register_inverse(rule_merge.plan_undo)
        extensions.register_read_effect("ListAccessControlRules", block_status.update_blocked_users)
