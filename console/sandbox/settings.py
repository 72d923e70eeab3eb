"""What a person who starts a sandbox may choose; WorkMail publishes none of these figures."""

from dataclasses import dataclass

from console.sandbox.clock import DAY


@dataclass(frozen=True)
class Settings:
    """Durations in seconds on the store's clock."""

    export_seconds: float = 8.0  # of a small mailbox; 4 GB take twice as long
    organization_seconds: float = 6.0  # AWS takes minutes
    token_seconds: float = DAY  # how long a NextToken is good for [unknown]

    def export_duration(self, megabytes: float) -> float:
        return round(self.export_seconds * (1 + megabytes / 4096), 3)
