"""Operations on mail domains, their DNS records and inbound DMARC."""

import re
from base64 import b32encode, b64encode
from dataclasses import replace
from hashlib import sha256

from console.sandbox import organization_setup
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.idempotency import run_once
from console.sandbox.paging import page_of_table
from console.sandbox.records import Domain, Organization, fold_case

MOST_DOMAINS = 1_000  # of an organization [documented], though another page says 100
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(\.{LABEL})+")
TEST_DOMAINS = ".awsapps.com"  # of WorkMail's own


@handles("RegisterMailDomain")
def register_mail_domain(call: Call, params: Params) -> None:
    """Add an unverified domain; an existing one stays as it is [inferred]."""
    run_once(call, params, lambda: add_domain(call, params["DomainName"].lower()))


def add_domain(call: Call, name: str) -> str:
    organization_id, domains = call.organization.organization_id, call.store.domains
    if domains.get(f"{organization_id}/{name}"):
        return name
    require_registrable(call, name)
    if domains.claimed("domain", name):
        raise in_use_error(f"The domain {name} is in use by another organization")
    if domains.count("domain", organization_id) >= MOST_DOMAINS:
        message = f"An organization can have {MOST_DOMAINS} domains"
        raise ServiceError("LimitExceededException", message)
    return organization_setup.add_domain(call.store, call.organization, name, "PENDING").name


def require_registrable(call: Call, name: str) -> None:
    """Raise unless the name is a host name outside awsapps.com [inferred]."""
    if not NAME.fullmatch(name) or name.endswith(TEST_DOMAINS):
        raise invalid_input_error(call.operation, f"{name} cannot be registered as a domain")


@handles("DeregisterMailDomain")
def deregister_mail_domain(call: Call, params: Params) -> None:
    """Remove a domain without addresses [documented]; a missing one is no error [inferred]."""
    name = params["DomainName"].lower()
    domain = call.store.domains.get(f"{call.organization.organization_id}/{name}")
    if domain is not None:
        require_unused(call, domain)
        call.store.domains.delete(domain.key)


def require_unused(call: Call, domain: Domain) -> None:
    if domain.is_test:
        raise invalid_input_error(call.operation, "The test domain cannot be removed")  # [inferred]
    if domain.name == call.organization.default_domain:  # must be changed first [observed], code [inferred]
        raise in_use_error(f"{domain.name} is the default domain")
    if holder := find_address_on(call, domain.name):
        raise in_use_error(f"{domain.name} is in use by {holder}")
    if domain.customized:
        message = f"The SES receipt rule of {domain.name} has customizations that WorkMail cannot save"
        raise ServiceError("InvalidCustomSesConfigurationException", message)


def find_address_on(call: Call, name: str) -> str:
    """Return an address on the domain, if there is one."""
    ending = f"@{name}"
    for kind in ("user", "group", "resource"):
        for entity in call.store.entities.all(kind, call.organization.organization_id, "email"):
            for address in entity.addresses:
                if fold_case(address).endswith(ending):
                    return address
    return ""


def in_use_error(message: str) -> ServiceError:
    return ServiceError("MailDomainInUseException", message)


@handles("UpdateDefaultMailDomain")
def update_default_mail_domain(call: Call, params: Params) -> None:
    """Set the domain of new addresses; existing ones do not change [documented]."""
    domain = get_domain(call, params["DomainName"])
    if domain.ownership != "VERIFIED":
        raise ServiceError("MailDomainStateException", f"The domain {domain.name} is not verified")
    call.store.organizations.save(replace(call.organization, default_domain=domain.name))


@handles("DescribeInboundDmarcSettings")
def describe_inbound_dmarc_settings(call: Call, params: Params) -> Result:
    return {"Enforced": call.organization.enforces_dmarc}


@handles("PutInboundDmarcSettings")
def put_inbound_dmarc_settings(call: Call, params: Params) -> None:
    call.store.organizations.save(replace(call.organization, enforces_dmarc=params["Enforced"]))


@handles("ListMailDomains")
def list_mail_domains(call: Call, params: Params) -> Result:
    organization = call.organization
    domains, token = page_of_table(call, params, call.store.domains, "domain", organization.organization_id)
    shown = [
        {"DomainName": each.name, "DefaultDomain": each.name == organization.default_domain}
        for each in domains
    ]
    return {"MailDomains": shown, "NextToken": token}


@handles("GetMailDomain")
def get_mail_domain(call: Call, params: Params) -> Result:
    domain = get_domain(call, params["DomainName"])
    return {
        "Records": []
        if domain.is_test
        else dns_records(domain, call.organization),  # [unknown] for a test domain
        "IsTestDomain": domain.is_test,
        "IsDefault": domain.name == call.organization.default_domain,
        "OwnershipVerificationStatus": domain.ownership,
        "DkimVerificationStatus": domain.dkim,
    }


def get_domain(call: Call, name: str) -> Domain:
    domain = call.store.domains.get(f"{call.organization.organization_id}/{name.lower()}")
    if domain is None:
        raise ServiceError("MailDomainNotFoundException", f"The organization has no domain {name}")
    return domain


def dns_records(domain: Domain, organization: Organization) -> list[dict[str, str]]:
    """Return the DNS records: ownership first among TXT, autodiscover first among CNAME [observed]."""
    name, region = domain.name, organization.region
    digests = [sha256(f"{domain.key}/{number}".encode()).digest() for number in range(4)]
    selectors = [b32encode(digest[:20]).decode().lower() for digest in digests[1:]]
    return [
        dns_record("TXT", f"_amazonses.{name}", b64encode(digests[0]).decode()),
        dns_record("MX", name, f"10 inbound-smtp.{region}.amazonaws.com"),
        dns_record("CNAME", f"autodiscover.{name}", f"autodiscover.mail.{region}.awsapps.com"),
        dns_record("TXT", name, "v=spf1 include:amazonses.com ~all"),
        dns_record("TXT", f"_dmarc.{name}", "v=DMARC1;p=quarantine;pct=100;fo=1"),
        *(
            dns_record("CNAME", f"{each}._domainkey.{name}", f"{each}.dkim.amazonses.com")
            for each in selectors
        ),
    ]


def dns_record(type_: str, hostname: str, value: str) -> dict[str, str]:
    return {"Type": type_, "Hostname": hostname, "Value": value}
