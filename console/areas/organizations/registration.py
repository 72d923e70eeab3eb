"""Add an organization that was created from the console to the console.

Whoever takes one in becomes its operator, so it must not be any organization of the AWS account: only
one that the ledger knows to have been made by way of this organization.
"""

from console.actor import Actor
from console.aws.catalogue import CATALOGUE
from console.constraints import as_validation_error
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import accounts
from console.operators.models import Grant, Operator
from console.operators.rights import HeldGrant
from console.sync import mirror_refresh

CREATE_OPERATION = "CreateOrganization"


def was_created_from(organization: Organization, organization_id: str) -> bool:
    """Return whether the audit log has a CreateOrganization from here that answered with this id."""
    answers = Entry.objects.filter(
        organization=organization.organization_id,
        operation=CREATE_OPERATION,
        kind=Entry.Kind.OUTCOME,
        outcome=Entry.Outcome.DONE,
    )
    return any(each.body.get("result", {}).get("OrganizationId") == organization_id for each in answers)


def register_organization(
    actor: Actor, operator: Operator, origin: Organization, organization_id: str, slug: str, arn: str
) -> Organization:
    """Add the organization, and grant the operator the roles that allowed the creation.

    Raise `ValidationError` where the console has it already, or the slug is taken.
    """
    adopted = Organization(
        organization_id=organization_id,
        slug=slug,
        name=slug,
        region=origin.region,
        endpoint_url=origin.endpoint_url,
        role_arn=origin.role_arn,
        external_id=origin.external_id,
        arn=arn,
    )
    with as_validation_error(adopted):
        adopted.save()
        journal.record_entry(
            actor,
            Entry.Kind.CHANGED,
            organization=organization_id,
            operation="ManageOrganizations",
            target=organization_id,
            target_name=slug,
            what="organization added",
            region=origin.region,
            role_arn=origin.role_arn,
        )
        for held in _creation_grants(operator, origin):
            granted = accounts.grant_role(actor, operator, held.role, adopted)
            Grant.objects.filter(pk=granted.pk).update(until=held.until)
        mirror_refresh.schedule_sync(adopted)
    return adopted


def _creation_grants(operator: Operator, origin: Organization) -> list[Grant]:
    """Return the operator's unrestricted grants in the origin that cover creating organizations."""
    live = Grant.objects.live().filter(operator=operator, organization=origin, domains=[])
    return [
        each for each in live.select_related("role") if HeldGrant.of(each).covers(CATALOGUE[CREATE_OPERATION])
    ]
