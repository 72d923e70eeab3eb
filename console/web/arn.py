"""Where an organization is, for what has to be pasted elsewhere: partition, region, account, alias."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organization is, as its ARN says."""

    partition: str
    region: str
    account: str
    alias: str

    @property
    def is_known(self) -> bool:
        return self.account.isdigit()

    @property
    def log_group(self) -> str:
        """The name that AWS's own console gives; another page of the guide says `events` [documented]."""
        return f"/aws/workmail/emailevents/{self.alias}"

    @property
    def log_group_arn(self) -> str:
        return f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{self.log_group}:*"


def of(arn: str, alias: str = "ALIAS") -> Place:
    """What stands in an organization's ARN; words to be replaced where it is not known yet."""
    parts = arn.split(":")
    if len(parts) < 6:
        return Place("aws", "REGION", "ACCOUNT", alias)
    return Place(parts[1], parts[3], parts[4], alias)
