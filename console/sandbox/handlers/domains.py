"""Mail domains of an organization, the DNS records that each of them needs, and what DMARC does."""

import re
from base64 import b32encode, b64encode
from dataclasses import replace
from hashlib import sha256

from console.sandbox import founding
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.paging import page
from console.sandbox.records import Domain, Organization, folded
from console.sandbox.registry import Call, Params, Result, handles
from console.sandbox.repeats import once

MOST_DOMAINS = 1_000  # of an organization [documented], though another page says 100
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"{LABEL}(\.{LABEL})+")
TEST_DOMAINS = ".awsapps.com"  # of WorkMail's own


@handles("RegisterMailDomain")
def register_mail_domain(call: Call, params: Params) -> None:
    """Add a domain that is yet to be verified; one that is there already stays as it is [inferred]."""
    once(call, params, lambda: registered(call, params["DomainName"].lower()))


def registered(call: Call, name: str) -> str:
    organization_id, domains = call.organization.organization_id, call.store.domains
    if domains.get(f"{organization_id}/{name}"):
        return name
    require_registrable(call, name)
    if domains.claimed("domain", name):
        raise in_use(f"The domain {name} is in use by another organization")
    if domains.count("domain", organization_id) >= MOST_DOMAINS:
        message = f"An organization can have {MOST_DOMAINS} domains"
        raise ServiceError("LimitExceededException", message)
    return founding.add_domain(call.store, call.organization, name, "PENDING").name


def require_registrable(call: Call, name: str) -> None:
    """That the form of a host's name is asked for, and that awsapps.com is WorkMail's, is [inferred]."""
    if not NAME.fullmatch(name) or name.endswith(TEST_DOMAINS):
        raise invalid(call.operation, f"{name} cannot be registered as a domain")


@handles("DeregisterMailDomain")
def deregister_mail_domain(call: Call, params: Params) -> None:
    """No address may be left on it [documented]; a domain that is not there is no error [inferred]."""
    name = params["DomainName"].lower()
    domain = call.store.domains.get(f"{call.organization.organization_id}/{name}")
    if domain is not None:
        require_unused(call, domain)
        call.store.domains.delete(domain.key)


def require_unused(call: Call, domain: Domain) -> None:
    if domain.is_test:
        raise invalid(call.operation, "The test domain cannot be removed")  # [inferred]
    if domain.name == call.organization.default_domain:  # must be changed first [observed], code [inferred]
        raise in_use(f"{domain.name} is the default domain")
    if holder := on_domain(call, domain.name):
        raise in_use(f"{domain.name} is in use by {holder}")
    if domain.customized:
        message = f"The SES receipt rule of {domain.name} has customizations that WorkMail cannot save"
        raise ServiceError("InvalidCustomSesConfigurationException", message)


def on_domain(call: Call, name: str) -> str:
    """An address on the domain, if anybody has one."""
    ending = f"@{name}"
    for kind in ("user", "group", "resource"):
        for entity in call.store.entities.all(kind, call.organization.organization_id, "email"):
            for address in entity.addresses:
                if folded(address).endswith(ending):
                    return address
    return ""


def in_use(message: str) -> ServiceError:
    return ServiceError("MailDomainInUseException", message)


@handles("UpdateDefaultMailDomain")
def update_default_mail_domain(call: Call, params: Params) -> None:
    """New addresses are suggested on it; the ones there are do not change [documented]."""
    domain = found(call, params["DomainName"])
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
    domains, token = page(call, params, call.store.domains, "domain", organization.organization_id)
    shown = [
        {"DomainName": each.name, "DefaultDomain": each.name == organization.default_domain}
        for each in domains
    ]
    return {"MailDomains": shown, "NextToken": token}


@handles("GetMailDomain")
def get_mail_domain(call: Call, params: Params) -> Result:
    domain = found(call, params["DomainName"])
    return {
        "Records": []
        if domain.is_test
        else records(domain, call.organization),  # [unknown] for a test domain
        "IsTestDomain": domain.is_test,
        "IsDefault": domain.name == call.organization.default_domain,
        "OwnershipVerificationStatus": domain.ownership,
        "DkimVerificationStatus": domain.dkim,
    }


def found(call: Call, name: str) -> Domain:
    domain = call.store.domains.get(f"{call.organization.organization_id}/{name.lower()}")
    if domain is None:
        raise ServiceError("MailDomainNotFoundException", f"The organization has no domain {name}")
    return domain


def records(domain: Domain, organization: Organization) -> list[dict[str, str]]:
    """Ownership first among the TXT records, autodiscover first among the CNAME ones [observed]."""
    name, region = domain.name, organization.region
    digests = [sha256(f"{domain.key}/{number}".encode()).digest() for number in range(4)]
    selectors = [b32encode(digest[:20]).decode().lower() for digest in digests[1:]]
    return [
        record("TXT", f"_amazonses.{name}", b64encode(digests[0]).decode()),
        record("MX", name, f"10 inbound-smtp.{region}.amazonaws.com"),
        record("CNAME", f"autodiscover.{name}", f"autodiscover.mail.{region}.awsapps.com"),
        record("TXT", name, "v=spf1 include:amazonses.com ~all"),
        record("TXT", f"_dmarc.{name}", "v=DMARC1;p=quarantine;pct=100;fo=1"),
        *(record("CNAME", f"{each}._domainkey.{name}", f"{each}.dkim.amazonses.com") for each in selectors),
    ]


def record(type_: str, hostname: str, value: str) -> dict[str, str]:
    return {"Type": type_, "Hostname": hostname, "Value": value}
