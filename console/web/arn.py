"""Parts of an organization's ARN."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganizationArn:
    """The parts of an organization's ARN."""

    partition: str
    region: str
    account: str
    alias: str

    @property
    def is_known(self) -> bool:
        return self.account.isdigit()

    @property
    def log_group(self) -> str:
        """Return the log group that AWS's console creates; a page of the guide differs [documented]."""
        return f"/aws/workmail/emailevents/{self.alias}"

    @property
    def log_group_arn(self) -> str:
        return f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{self.log_group}:*"


def parse_organization_arn(arn: str, alias: str = "ALIAS") -> OrganizationArn:
    """Parse an organization's ARN; return placeholders if it is not known yet."""
    parts = arn.split(":")
    if len(parts) < 6:
        return OrganizationArn("aws", "REGION", "ACCOUNT", alias)
    return OrganizationArn(parts[1], parts[3], parts[4], alias)
