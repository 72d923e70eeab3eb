"""Availability configurations as text, and remedies for a failed test."""

from collections.abc import Mapping
from typing import Any

from console.web.settings_reads import SettingResult

MEANING = (
    "When somebody here invites a person of another mail domain, WorkMail asks that domain's own system"
    " whether the person is free. Each domain has one provider: an Exchange server that answers Exchange Web"
    " Services, or a Lambda function of your own."
)
EWS_NEEDS = (
    "The server has to be reachable from the internet, with a certificate of a public authority and Basic"
    " authentication switched on for Exchange Web Services."
)  # [documented]
LAMBDA_NEEDS = (
    "The function has 25 seconds to answer, and its resource policy has to allow WorkMail, and nobody"
    " anonymous, to invoke it."
)  # [documented]
# What is in WorkMail's reason, and what to look at then; the headings are those of AWS's troubleshooting
# page [documented], that a test answers them in these words is [inferred].
REMEDIES = {
    "url is invalid or unreachable": "Check the address: it begins with https:// and ends in"
    " /EWS/Exchange.asmx, its name resolves on the internet, and no firewall stands before it.",
    "connection failure": "Something answers there, but no connection comes about. Check that the"
    " certificate is one of a public authority, not expired and made out for this name.",
    "invalid username and password": "Check the username, which is DOMAIN\\username or an address, its"
    " password, and that Exchange Web Services take Basic authentication.",
    "does not exist": "Check the ARN: region, account and name of the function.",
    "anonymous": "Take the statement out of the function's resource policy that lets everybody invoke it.",
    "resource policy": "Give WorkMail the right to invoke the function: see the command below.",
    "25 seconds": "Make the function quicker: WorkMail gives up after 25 seconds.",
    "schema": "Compare what the function answers with the schema in AWS's guide.",
}
DEFAULT_REMEDY = "Compare the settings with what the other system expects, then test again."


def find_remedy(reason: str) -> str:
    text = reason.lower()
    return next((advice for sign, advice in REMEDIES.items() if sign in text), DEFAULT_REMEDY)


def provider_label(configuration: Mapping[str, Any]) -> str:
    return "Lambda function" if configuration.get("ProviderType") == "LAMBDA" else "Exchange Web Services"


def summarize_configurations(look: SettingResult) -> list[str]:
    configurations = look.shown.get("AvailabilityConfigurations", [])
    if not configurations:
        return ["WorkMail asks no other directory."]
    return [f"{each.get('DomainName', '')}: {provider_label(each)}" for each in configurations]
