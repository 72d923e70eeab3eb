"""What mail programs are told: WorkMail's addresses in a region [documented], and where one signs in."""

from dataclasses import dataclass

from console.areas.domains.records import TEST
from console.mirror.models import Domain, Organization


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    value: str
    note: str = ""


def settings(organization: Organization) -> list[Setting]:
    mail = f"mail.{organization.region}.awsapps.com"
    return [
        Setting("Webmail", f"https://{alias(organization)}{TEST}/mail", "In any browser."),
        Setting("IMAP", f"imap.{mail}", "Port 993, TLS from the first byte."),
        Setting("SMTP", f"smtp.{mail}", "Port 465, TLS from the first byte; there is no STARTTLS."),
        Setting("Exchange (EWS)", f"https://ews.{mail}/EWS/Exchange.asmx", "Outlook, Apple Mail on a Mac."),
        Setting(
            "ActiveSync",
            f"https://mobile.{mail}/Microsoft-Server-ActiveSync",
            "Phones; server mobile." + mail,
        ),
    ]


def alias(organization: Organization) -> str:
    """The organization's alias at AWS, which its test domain begins with."""
    tests = Domain.objects.filter(organization=organization, name__endswith=TEST)
    name = tests.values_list("name", flat=True).first()
    return name.removesuffix(TEST) if name else organization.slug
