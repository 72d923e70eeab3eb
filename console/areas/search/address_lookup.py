"""Ask AWS who has an address that the mirror does not know."""

from dataclasses import dataclass

from console.actor import Actor
from console.areas.mailboxes import addresses
from console.areas.search.entity_search import entity_url
from console.areas.search.query import SearchQuery
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.web import aws_errors

# Of an address on a domain that is none of the organization's [inferred].
UNKNOWN_CODES = frozenset({"InvalidParameterException", "MailDomainNotFoundException"})


@dataclass(frozen=True, slots=True)
class LookupResult:
    """A sentence about the address, and its holder if the operator may see them."""

    sentence: str
    entity: Entity | None = None
    href: str = ""


ADDRESS_UNKNOWN = LookupResult("Asked WorkMail: it does not know this address either.")
ADDRESS_TAKEN = LookupResult("The address is taken by somebody outside your mail domains.")


def look_up_address(actor: Actor, organization: Organization, asked: SearchQuery) -> LookupResult | None:
    """Return who has the address; `None` if it is not an address or the operator may not ask."""
    if not asked.address or not _may_look_up(actor, organization, asked.domain):
        return None
    try:
        return _describe_holder(organization, addresses.find_holder(actor, organization, asked.address))
    except errors.Refused as refusal:
        return ADDRESS_UNKNOWN if refusal.code in UNKNOWN_CODES else _describe_failure(refusal)
    except errors.Invalid:
        return None
    except errors.CallFailed as failure:
        return _describe_failure(failure)


def _may_look_up(actor: Actor, organization: Organization, domain: str) -> bool:
    somebody = Entity(organization=organization, domain=domain)
    return policy.allows(actor, "DescribeEntity", organization, somebody)


def _describe_holder(organization: Organization, holder: addresses.AddressHolder) -> LookupResult:
    """Return the holder; outside the operator's scope only that the address is taken."""
    if holder.entity is None:
        return ADDRESS_TAKEN if holder.taken else ADDRESS_UNKNOWN
    return LookupResult(
        "Asked WorkMail: it belongs to", holder.entity, entity_url(organization, holder.entity)
    )


def _describe_failure(failure: errors.CallFailed) -> LookupResult:
    told = aws_errors.explain_error(failure, wrote=False)
    return LookupResult(f"WorkMail could not be asked whose address this is. {told.sentence}")
