"""Whether WorkMail applies the DMARC policies of those who send to the organization."""

from dataclasses import dataclass

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators import policy
from console.web import aws_errors

READ = "DescribeInboundDmarcSettings"


@dataclass(frozen=True, slots=True)
class Inbound:
    """`enforced` is None where AWS did not say; `problem` says why."""

    enforced: bool | None
    problem: str = ""


def read(actor: Actor, organization: Organization) -> Inbound | None:
    """The setting as it is now, `None` for whom it is no business; a page that shows it does without AWS."""
    if not policy.allows(actor, READ, organization):
        return None
    try:
        return Inbound(gateway.call(actor, READ, organization).get("Enforced"))
    except errors.CallFailed as failure:
        return Inbound(None, aws_errors.explain_error(failure, wrote=False).sentence)
