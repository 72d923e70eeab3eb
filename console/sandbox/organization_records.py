"""Records of an organization's settings, tokens and messages in transit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from console.sandbox.records import Claim, Scope, sort_value

FolderConfiguration = tuple[str, str, int | None]  # folder, action, days


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    TABLE: ClassVar[str] = "retention_policies"
    organization_id: str
    policy_id: str
    name: str
    description: str = ""
    folders: tuple[FolderConfiguration, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.policy_id}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("policy", self.organization_id), sort_value(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityConfiguration:
    """Where free and busy times of a domain are read: an Exchange server or a Lambda function.

    The password itself is not kept, only whether the server would take it.
    """

    TABLE: ClassVar[str] = "availability_configurations"
    organization_id: str
    domain: str
    endpoint: str = ""
    username: str = ""
    password_fits: bool = True
    function_arn: str = ""
    created: float
    modified: float

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.domain}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("availability", self.organization_id), sort_value(self.domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfOrganization:
    """A setting of which an organization has one or none."""

    organization_id: str

    @property
    def key(self) -> str:
        return self.organization_id

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailMonitoring(OfOrganization):
    TABLE: ClassVar[str] = "email_monitoring"
    role_arn: str
    log_group_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider(OfOrganization):
    TABLE: ClassVar[str] = "identity_providers"
    mode: str
    instance_arn: str
    application_arn: str
    token_status: str
    token_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCenterApplication:
    """An application of an account, not of an organization."""

    TABLE: ClassVar[str] = "identity_center_applications"
    account: str
    application_arn: str
    instance_arn: str
    name: str

    @property
    def key(self) -> str:
        return self.application_arn

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalAccessToken:
    """The metadata of a token; the token itself is not stored."""

    TABLE: ClassVar[str] = "personal_access_tokens"
    organization_id: str
    token_id: str
    user_id: str
    name: str
    scopes: tuple[str, ...]
    created: float
    expires: float | None
    used: float | None = None

    @property
    def key(self) -> str:
        return self.token_id

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        when = f"{int(self.created * 1000):015}"
        yield ("token", self.organization_id), when
        yield ("of", self.user_id), when


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitMessage:
    """A message in transit; each character of its texts is one byte, since JSON has no bytes."""

    TABLE: ClassVar[str] = "transit_messages"
    organization_id: str
    message_id: str
    direction: str  # "incoming" or "outgoing"
    content: str
    sent: float
    frozen: bool = False
    delivered: str | None = None  # as the recipient has it, from then on unchangeable

    @property
    def key(self) -> str:
        return self.message_id

    @property
    def body(self) -> bytes:
        return self.content.encode("latin-1")

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("transit",), f"{int(self.sent * 1000):015}"


RECORDS = (
    RetentionPolicy,
    AvailabilityConfiguration,
    EmailMonitoring,
    IdentityProvider,
    IdentityCenterApplication,
    PersonalAccessToken,
    TransitMessage,
)
