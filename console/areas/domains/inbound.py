"""Whether WorkMail applies the DMARC policies of those who send to the organization."""

from dataclasses import dataclass

from console.areas import failures
from console.aws import errors, gateway
from console.mirror.models import Organization
from console.operators import policy
from console.operators.actors import Actor

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
        return Inbound(None, failures.explain(failure, wrote=False).sentence)
