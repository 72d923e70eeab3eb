"""Whose an address is that the mirror does not know: AWS is asked, and the mirror learns the answer."""

from dataclasses import dataclass

from console.actor import Actor
from console.areas.mailboxes import finding
from console.areas.search.asked import Asked
from console.areas.search.directory import href
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.web import aws_errors

# Of an address on a domain that is none of the organization's [inferred].
UNKNOWN = frozenset({"InvalidParameterException", "MailDomainNotFoundException"})


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of the address, and who has it, if the operator may see whom."""

    sentence: str
    entity: Entity | None = None
    href: str = ""


NOBODY = Told("Asked WorkMail: it does not know this address either.")
SOMEBODY = Told("The address is taken by somebody outside your mail domains.")


def ask(actor: Actor, organization: Organization, asked: Asked) -> Told | None:
    """Who has an address; `None` if it is none, or one that `actor` may not ask about."""
    if not asked.address or not _may_ask(actor, organization, asked.domain):
        return None
    try:
        return _told(organization, finding.holder(actor, organization, asked.address))
    except errors.Refused as refusal:
        return NOBODY if refusal.code in UNKNOWN else _failed(refusal)
    except errors.Invalid:
        return None
    except errors.CallFailed as failure:
        return _failed(failure)


def _may_ask(actor: Actor, organization: Organization, domain: str) -> bool:
    somebody = Entity(organization=organization, domain=domain)
    return policy.allows(actor, "DescribeEntity", organization, somebody)


def _told(organization: Organization, holder: finding.Holder) -> Told:
    """Nothing about whoever is out of her scope but that the address, which is within it, is taken."""
    if holder.entity is None:
        return SOMEBODY if holder.taken else NOBODY
    return Told("Asked WorkMail: it belongs to", holder.entity, href(organization, holder.entity))


def _failed(failure: errors.CallFailed) -> Told:
    told = aws_errors.explain_error(failure, wrote=False)
    return Told(f"WorkMail could not be asked whose address this is. {told.sentence}")
