"""Freeze rules are written as what they add and remove; whoever reads the rules shows who is frozen."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "console.areas.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from console.areas.lifecycle import merging, standing
        from console.changes import execution, undo
        from console.mirror import effects

        execution.performers["PutAccessControlRule"] = merging.write
        execution.performers["DeleteAccessControlRule"] = merging.write
        undo.special_inverses.append(merging.taken_back)
        effects.HANDLERS["ListAccessControlRules"] = standing.absorb
