"""Immutable records of organizations, domains, entities, access rules and exports.

Each record says which claims it holds (names and addresses that nobody else may have) and where it
stands in listings: a scope, and a value that orders it there and that a prefix can match.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from console.sandbox.clock import DAY

Claim = tuple[str, ...]
Scope = tuple[str, ...]

# Longer values are cut in listings, so that a paging token (at most 1,024 characters) can carry one.
SORTED_CHARACTERS = 80
RETENTION = 30 * DAY  # how long a mailbox outlives its user's registration [documented]
AD_CONNECTOR = "ADConnector"  # as Directory Service spells it; what WorkMail answers is [unknown]
QUOTA_MB = 51_200  # the default, and the maximum [documented]


def fold_case(text: str) -> str:
    """Return a name or address for comparison without case."""
    return text.casefold()


def sort_value(text: str) -> str:
    return fold_case(text)[:SORTED_CHARACTERS]


class Record(Protocol):
    TABLE: ClassVar[str]

    @property
    def key(self) -> str: ...

    def claims(self) -> Iterator[Claim]: ...

    def entries(self) -> Iterator[tuple[Scope, str]]: ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    TABLE: ClassVar[str] = "organizations"
    organization_id: str
    account: str
    region: str
    alias: str
    directory_id: str
    requested: float
    directory_type: str = "VpcDirectory"
    state: str = "Active"
    completed: float | None = None
    default_domain: str = ""
    interoperability: bool = False
    enforces_dmarc: bool = True  # from the first day [documented]
    tags: tuple[tuple[str, str], ...] = ()
    deleted: float | None = None  # when its deletion was asked for
    error_message: str = ""

    @property
    def key(self) -> str:
        return self.organization_id

    @property
    def arn(self) -> str:
        return f"arn:aws:workmail:{self.region}:{self.account}:organization/{self.organization_id}"

    @property
    def is_read_only(self) -> bool:
        """Return whether the directory belongs to another system, so that WorkMail may only read it."""
        return self.interoperability or self.directory_type == AD_CONNECTOR

    @property
    def test_domain(self) -> str:
        return f"{self.alias}.awsapps.com".lower()

    def claims(self) -> Iterator[Claim]:
        if self.state != "Deleted":
            yield "alias", fold_case(self.alias)

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("organization", self.account, self.region), sort_value(self.alias)
        if self.state != "Deleted":
            yield ("living", self.account, self.region), sort_value(self.alias)
            yield ("directory", self.account, self.region, self.directory_id), self.state
        if self.state in ("Requested", "Creating", "Deleting"):
            yield ("pending",), self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    TABLE: ClassVar[str] = "domains"
    organization_id: str
    name: str
    is_test: bool = False
    ownership: str = "PENDING"
    dkim: str = "PENDING"
    customized: bool = False  # its SES rules were changed in a way that WorkMail cannot keep

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.name}"

    def claims(self) -> Iterator[Claim]:
        yield "domain", self.name

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("domain", self.organization_id), self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Common members of users, groups and resources, in one table since they share names and addresses."""

    TABLE: ClassVar[str] = "entities"
    KIND: ClassVar[str] = ""
    organization_id: str
    entity_id: str
    name: str
    state: str = "DISABLED"
    email: str = ""
    aliases: tuple[str, ...] = ()  # without the primary address
    hidden: bool = False
    enabled: float | None = None
    disabled: float | None = None
    provisioned: float | None = None  # when its mailbox was made
    quota: int = QUOTA_MB
    filled: bool = False  # the mailbox came with mail in it; one made by a call is empty

    @property
    def key(self) -> str:
        return self.entity_id

    @property
    def is_deleted(self) -> bool:
        return self.state == "DELETED"

    @property
    def is_enabled(self) -> bool:
        return self.state == "ENABLED"

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.email, *self.aliases) if self.email else self.aliases

    def removed(self, now: float) -> float | None:
        """Return when the mailbox was removed: 30 days after its entity was disabled."""
        if self.provisioned is None or self.is_enabled or self.disabled is None:
            return None
        end = self.disabled + RETENTION
        return end if now >= end else None

    def has_mailbox(self, now: float) -> bool:
        return self.provisioned is not None and self.removed(now) is None

    def claims(self) -> Iterator[Claim]:
        if self.is_deleted:
            return
        yield "name", self.organization_id, fold_case(self.name)
        for address in self.addresses:
            yield "address", self.organization_id, fold_case(address)

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield (self.KIND, self.organization_id, "name"), sort_value(self.name)
        yield (self.KIND, self.organization_id, "state"), sort_value(self.state)
        if self.email:
            yield (self.KIND, self.organization_id, "email"), sort_value(self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Entity):
    KIND: ClassVar[str] = "user"
    display_name: str = ""
    role: str = "USER"
    first_name: str = ""
    last_name: str = ""
    initials: str = ""
    telephone: str = ""
    street: str = ""
    job_title: str = ""
    city: str = ""
    company: str = ""
    zip_code: str = ""
    department: str = ""
    country: str = ""
    office: str = ""
    identity_provider_user_id: str = ""
    password_changed: float | None = None  # the sandbox keeps no password

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield from Entity.entries(self)
        if self.display_name:
            yield (self.KIND, self.organization_id, "display_name"), sort_value(self.display_name)
        if self.identity_provider_user_id:
            identity = sort_value(self.identity_provider_user_id)
            yield (self.KIND, self.organization_id, "identity_provider_user_id"), identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Entity):
    KIND: ClassVar[str] = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Entity):
    KIND: ClassVar[str] = "resource"
    type: str = "ROOM"
    description: str = ""
    auto_accept: bool = True
    auto_decline_recurring: bool = False
    auto_decline_conflicting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A relation between two entities of an organization."""

    TABLE: ClassVar[str] = ""
    organization_id: str
    owner_id: str
    other_id: str

    @property
    def key(self) -> str:
        return f"{self.owner_id}/{self.other_id}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("of", self.owner_id), self.other_id
        yield ("for", self.other_id), self.owner_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Link):
    """`other_id` (a user or a group) is a member of the group `owner_id`."""

    TABLE: ClassVar[str] = "memberships"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation(Link):
    """`other_id` (a user or a group) is a delegate of the resource `owner_id`."""

    TABLE: ClassVar[str] = "delegations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Link):
    """`other_id` (the grantee) has these rights on the mailbox of `owner_id`."""

    TABLE: ClassVar[str] = "permissions"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessControlRule:
    TABLE: ClassVar[str] = "access_control_rules"
    organization_id: str
    name: str
    effect: str
    description: str
    created: float = 0.0
    modified: float = 0.0
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (member's name in the API, its values)

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.name}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("rule", self.organization_id), self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    TABLE: ClassVar[str] = "export_jobs"
    organization_id: str
    job_id: str
    client_token: str
    entity_id: str
    description: str
    role_arn: str
    kms_key_arn: str
    bucket: str
    prefix: str
    started: float
    seconds: float  # how long it takes, unless it fails or is cancelled
    state: str = "RUNNING"
    ended: float | None = None
    progress: int = 0  # where it stood when it ended
    error: str = ""

    @property
    def key(self) -> str:
        return self.job_id

    @property
    def path(self) -> str:
        """Return the key of the object; WorkMail's own name is [unknown]."""
        return f"{self.prefix.rstrip('/')}/{self.job_id}.zip"

    @property
    def log_path(self) -> str:
        return f"{self.path.removesuffix('.zip')}.json"

    def claims(self) -> Iterator[Claim]:
        yield "client_token", self.organization_id, self.client_token

    def entries(self) -> Iterator[tuple[Scope, str]]:
        # Newest first: later starts sort before earlier ones.
        yield ("job", self.organization_id), f"{10**14 - int(self.started * 1000):015}"
        yield ("mailbox", self.entity_id), f"{int(self.started * 1000):015}"
        if self.state == "RUNNING":
            yield ("running",), self.job_id
            yield ("running", self.organization_id), self.job_id


RECORDS = (
    Organization,
    Domain,
    User,
    Group,
    Resource,
    Membership,
    Delegation,
    Permission,
    AccessControlRule,
    ExportJob,
)
