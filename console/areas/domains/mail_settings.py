"""Settings for mail programs [documented], and the inbound DMARC setting."""

from dataclasses import dataclass

from console.actor import Actor
from console.areas.domains.records import TEST_SUFFIX
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Domain, Organization
from console.operators import policy
from console.web import aws_errors


@dataclass(frozen=True, slots=True)
class ClientSetting:
    name: str
    value: str
    note: str = ""


def list_client_settings(organization: Organization) -> list[ClientSetting]:
    mail = f"mail.{organization.region}.awsapps.com"
    return [
        ClientSetting(
            "Webmail", f"https://{get_organization_alias(organization)}{TEST_SUFFIX}/mail", "In any browser."
        ),
        ClientSetting("IMAP", f"imap.{mail}", "Port 993, TLS from the first byte."),
        ClientSetting("SMTP", f"smtp.{mail}", "Port 465, TLS from the first byte; there is no STARTTLS."),
        ClientSetting(
            "Exchange (EWS)", f"https://ews.{mail}/EWS/Exchange.asmx", "Outlook, Apple Mail on a Mac."
        ),
        ClientSetting(
            "ActiveSync",
            f"https://mobile.{mail}/Microsoft-Server-ActiveSync",
            "Phones; server mobile." + mail,
        ),
    ]


def get_organization_alias(organization: Organization) -> str:
    """Return the organization's alias at AWS, the first label of its test domain."""
    tests = Domain.objects.filter(organization=organization, name__endswith=TEST_SUFFIX)
    name = tests.values_list("name", flat=True).first()
    return name.removesuffix(TEST_SUFFIX) if name else organization.slug


DMARC_OPERATION = "DescribeInboundDmarcSettings"


@dataclass(frozen=True, slots=True)
class InboundDmarc:
    """The setting; `enforced` is `None` if AWS did not answer, and `problem` says why."""

    enforced: bool | None
    problem: str = ""


def read_inbound_dmarc(actor: Actor, organization: Organization) -> InboundDmarc | None:
    """Return the setting, `None` if the operator cannot see it; an AWS failure is returned, not raised."""
    if not policy.allows(actor, DMARC_OPERATION, organization):
        return None
    try:
        return InboundDmarc(gateway.call(actor, DMARC_OPERATION, organization).get("Enforced"))
    except errors.CallFailed as failure:
        return InboundDmarc(None, aws_errors.explain_error(failure, wrote=False).sentence)
