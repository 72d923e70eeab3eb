"""Records of mobile device rules, impersonation roles and used client tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from console.sandbox.records import Claim, Scope, fold_case, sort_value
from console.sandbox.rule_evaluation import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileDeviceAccessRule:
    TABLE: ClassVar[str] = "mobile_device_access_rules"
    organization_id: str
    rule_id: str
    name: str
    effect: str
    description: str = ""
    created: float = 0.0
    modified: float = 0.0
    conditions: Conditions = ()

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.rule_id}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("rule", self.organization_id), sort_value(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileDeviceAccessOverride:
    """The access of a user's device, whatever the rules say; ids are compared without case [documented]."""

    TABLE: ClassVar[str] = "mobile_device_access_overrides"
    organization_id: str
    owner_id: str
    device_id: str
    effect: str
    description: str = ""
    created: float
    modified: float

    @property
    def key(self) -> str:
        return f"{self.owner_id}/{fold_case(self.device_id)}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        device = fold_case(self.device_id)
        yield ("organization", self.organization_id), self.key
        yield ("of", self.owner_id), device
        yield ("device", self.organization_id, device), self.owner_id
        yield ("one", self.owner_id, device), device


class ImpersonationRule(NamedTuple):
    """A rule of a role; its targets are user ids."""

    rule_id: str
    effect: str
    name: str
    description: str
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpersonationRole:
    TABLE: ClassVar[str] = "impersonation_roles"
    organization_id: str
    role_id: str
    name: str
    type: str
    description: str = ""
    created: float
    modified: float
    plain_rules: tuple[tuple[Any, ...], ...] = ()  # as they come back from JSON

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.role_id}"

    @property
    def rules(self) -> list[ImpersonationRule]:
        return [ImpersonationRule(*each) for each in self.plain_rules]

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        yield ("role", self.organization_id), sort_value(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedToken:
    """A ClientToken with its request and the id that was answered."""

    TABLE: ClassVar[str] = "used_tokens"
    organization_id: str
    operation: str
    token: str
    request: str  # a digest: the parameters themselves may be long or secret
    answer: str

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.operation}/{self.token}"

    def claims(self) -> Iterator[Claim]:
        return iter(())

    def entries(self) -> Iterator[tuple[Scope, str]]:
        return iter(())


RECORDS = (MobileDeviceAccessRule, MobileDeviceAccessOverride, ImpersonationRole, UsedToken)
