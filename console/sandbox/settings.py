"""Durations and limits of a sandbox; WorkMail publishes none of them."""

from dataclasses import dataclass

from console.sandbox.clock import DAY

LISTABLE_RULES = 10


@dataclass(frozen=True)
class Settings:
    """Durations in seconds of the store's clock, and limits per organization."""

    export_seconds: float = 8.0  # of a small mailbox; 4 GB take twice as long
    organization_seconds: float = 6.0  # to make or to delete one; AWS takes minutes
    access_control_rules: int = 10  # as many as the model can list [inferred]
    mobile_device_access_rules: int = 10  # likewise
    impersonation_roles: int = 20  # as many as the model lists on a page [inferred]
    impersonation_seconds: int = 900  # of a role's token [inferred]: "within 15 minutes"
    retention_policies: int = 1  # there is but a default one in the API [inferred]
    availability_configurations: int = 100  # [unknown]
    token_seconds: float = DAY  # how long a NextToken is good for [unknown]

    def __post_init__(self) -> None:
        """Refuse limits that the service's answers have no room for."""
        if max(self.access_control_rules, self.mobile_device_access_rules) > LISTABLE_RULES:
            raise ValueError(f"The service's model lists at most {LISTABLE_RULES} rules")

    def export_duration(self, megabytes: float) -> float:
        return round(self.export_seconds * (1 + megabytes / 4096), 3)
