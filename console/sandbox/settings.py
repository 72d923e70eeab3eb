"""What a person who starts a sandbox may choose; WorkMail publishes none of these figures."""

from dataclasses import dataclass

from console.sandbox.clock import DAY


@dataclass(frozen=True)
class Settings:
    """Durations in seconds on the store's clock."""

    export_seconds: float = 8.0
    export_seconds_per_gb: float = 2.0
    organization_seconds: float = 6.0  # AWS takes minutes
    token_seconds: float = DAY  # how long a NextToken is good for [unknown]

    def export_duration(self, megabytes: float) -> float:
        return round(self.export_seconds + self.export_seconds_per_gb * megabytes / 1024, 3)
