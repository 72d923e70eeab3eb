"""Create organizations with their test domain, default rules and system users."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from console.sandbox.records import AD_CONNECTOR, AccessControlRule, Domain, Organization, User
from console.sandbox.rule_records import MobileDeviceAccessRule
from console.sandbox.store import Store

ACCOUNT = "123456789012"  # the account of every access key that names no other; moto's too
REGION = "us-east-1"
DOMAIN_STATUSES = {"PENDING", "VERIFIED", "FAILED"}
SYSTEM_USERS = ("Administrator", "Guest", "krbtgt")  # that there are some is [observed], these are [inferred]


def add_active_organization(
    store: Store,
    alias: str,
    *,
    domains: Iterable[str] = (),
    default_domain: str = "",
    account: str = ACCOUNT,
    region: str = REGION,
    organization_id: str = "",
) -> Organization:
    """Add an active organization with these domains verified; ids follow from account, region and alias.

    Without a default it is the first of the domains, else the test domain.
    """
    domains = [domain.lower() for domain in domains]
    record = build_organization(store, alias, account=account, region=region, organization_id=organization_id)
    default = default_domain.lower() or next(iter(domains), record.test_domain)
    record = replace(record, completed=store.clock.now(), default_domain=default)
    with store.transaction():
        add_organization(store, record)
        for domain in domains:
            add_domain(store, record, domain)
    return record


def organization_id_of(account: str, region: str, alias: str) -> str:
    """Return the id of an organization that was seeded, not created by CreateOrganization."""
    return f"m-{_digest(account, region, alias)[:32]}"


def build_organization(
    store: Store, alias: str, *, account: str, region: str, organization_id: str = ""
) -> Organization:
    digest = _digest(account, region, alias)
    return Organization(
        organization_id=organization_id or organization_id_of(account, region, alias),
        account=account,
        region=region,
        alias=alias,
        directory_id=f"d-{digest[32:42]}",
        requested=store.clock.now(),
    )


def add_organization(store: Store, record: Organization) -> None:
    """Save a new organization with its initial domain, rules and users."""
    store.organizations.save(record)
    test = Domain(organization_id=record.organization_id, name=record.test_domain, is_test=True)
    store.domains.save(replace(test, ownership="VERIFIED", dkim="VERIFIED"))
    store.access_control_rules.save(default_rule(record.organization_id))
    store.mobile_rules.save(default_mobile_rule(record.organization_id))
    for name in SYSTEM_USERS:
        store.entities.save(system_user(record.organization_id, name))


def add_domain(store: Store, record: Organization, name: str, status: str = "VERIFIED") -> Domain:
    """Add a domain in the state PENDING, VERIFIED or FAILED."""
    domain = Domain(organization_id=record.organization_id, name=name.lower(), ownership=status, dkim=status)
    with store.transaction():
        return store.domains.save(domain)


def settle_domain(
    store: Store,
    organization: Organization,
    name: str,
    *,
    ownership: str | None = None,
    dkim: str | None = None,
    customized: bool | None = None,
) -> Domain:
    """Set the verification states of a domain: PENDING, VERIFIED or FAILED; omitted ones stay.

    `customized`: somebody changed its SES rules, so that it cannot be deregistered. Raises LookupError
    for a domain that the organization does not have, ValueError for another status.
    """
    given: dict[str, Any] = {"ownership": ownership, "dkim": dkim, "customized": customized}
    changes = {field: value for field, value in given.items() if value is not None}
    if unknown := {value for value in (ownership, dkim) if value} - DOMAIN_STATUSES:
        raise ValueError(
            f"A domain is {', '.join(sorted(DOMAIN_STATUSES))}, not {', '.join(sorted(unknown))}"
        )
    with store.transaction():
        found = store.domains.get(f"{organization.organization_id}/{name.lower()}")
        if found is None:
            raise LookupError(f"{organization.alias} has no domain {name}")
        return store.domains.save(replace(found, **changes))


def make_read_only(
    store: Store, organization: Organization, *, interoperability: bool = False
) -> Organization:
    """Connect the organization to an AD Connector, which makes its directory read-only.

    An organization that interoperates with Exchange always has such a directory [documented].
    """
    with store.transaction():
        current = store.organizations.get(organization.organization_id) or organization
        connected = replace(current, directory_type=AD_CONNECTOR, interoperability=interoperability)
        return store.organizations.save(connected)


def default_rule(organization_id: str) -> AccessControlRule:
    """Return the rule that allows everything, dated at the epoch [documented]."""
    return AccessControlRule(
        organization_id=organization_id, name="default", effect="ALLOW", description="Default WorkMail Rule"
    )


def default_mobile_rule(organization_id: str) -> MobileDeviceAccessRule:
    """Return the rule for all devices [documented]; name and dates are [inferred], its id is [unknown]."""
    digest = hashlib.sha256(f"{organization_id}/mobile".encode()).hexdigest()
    return MobileDeviceAccessRule(
        organization_id=organization_id, rule_id=digest[:32], name="ALLOW-all", effect="ALLOW"
    )


def system_user(organization_id: str, name: str) -> User:
    digest = hashlib.sha256(f"{organization_id}/{name}".encode()).hexdigest()
    return User(
        organization_id=organization_id,
        entity_id=f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
        name=name,
        display_name=name,
        role="SYSTEM_USER",
    )


def _digest(account: str, region: str, alias: str) -> str:
    return hashlib.sha256(f"{account}/{region}/{alias}".encode()).hexdigest()
