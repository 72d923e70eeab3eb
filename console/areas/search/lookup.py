"""Whose an address is that the mirror does not know: AWS is asked, and the mirror learns the answer."""

from dataclasses import dataclass

from console.areas import failures
from console.areas.search.asked import Asked
from console.areas.search.directory import href
from console.aws import errors, gateway
from console.mirror import sync
from console.mirror.models import Alias, Entity, Organization
from console.operators import policy
from console.operators.actors import Actor

UNKNOWN = frozenset({"EntityNotFoundException", "InvalidParameterException", "MailDomainNotFoundException"})
LISTED = {"user": "ListUsers", "group": "ListGroups", "resource": "ListResources"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of the address, and who has it, if the operator may see whom."""

    sentence: str
    entity: Entity | None = None
    href: str = ""


NOBODY = Told("Asked WorkMail: it does not know this address either.")
SOMEBODY = Told("The address is taken by somebody outside your mail domains.")


def ask(actor: Actor, organization: Organization, asked: Asked) -> Told | None:
    """What AWS says of an address; `None` if it is none, or one that `actor` may not ask about."""
    if not asked.address or not _may_ask(actor, organization, asked.domain):
        return None
    if holder := _known(organization, asked.address):
        return _about(actor, holder)
    try:
        answer = gateway.call(actor, "DescribeEntity", organization, Email=asked.address)
        holder = sync.learn(organization, answer["Type"].lower(), answer["EntityId"])
    except errors.Refused as refusal:
        return NOBODY if refusal.code in UNKNOWN else _failed(refusal)
    except errors.Invalid:
        return None
    except errors.CallFailed as failure:
        return _failed(failure)
    return _about(actor, holder) if holder else NOBODY


def _may_ask(actor: Actor, organization: Organization, domain: str) -> bool:
    somebody = Entity(organization=organization, domain=domain)
    return policy.allows(actor, "DescribeEntity", organization, somebody)


def _known(organization: Organization, address: str) -> Entity | None:
    """Whom the mirror has under this address, whoever asks: AWS has nothing to add."""
    here = Entity.objects.of(organization)
    aliases = Alias.objects.filter(organization=organization, address=address)
    return here.filter(email=address).first() or here.filter(pk__in=aliases.values("entity")).first()


def _about(actor: Actor, holder: Entity) -> Told:
    """Nothing about whoever is out of her scope but that the address, which is within it, is taken."""
    if not policy.allows(actor, LISTED[holder.kind], holder.organization, holder):
        return SOMEBODY
    return Told("Asked WorkMail: it belongs to", holder, href(holder.organization, holder))


def _failed(failure: errors.CallFailed) -> Told:
    told = failures.explain(failure, wrote=False)
    return Told(f"WorkMail could not be asked whose address this is. {told.sentence}")
