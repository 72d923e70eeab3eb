"""Mail domains of an organization and the DNS records that each of them needs."""

from base64 import b32encode, b64encode
from hashlib import sha256

from console.sandbox.errors import ServiceError
from console.sandbox.paging import page
from console.sandbox.records import Domain, Organization
from console.sandbox.registry import Call, Params, Result, handles


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
