"""`manage.py organization add|check|list|remove`: manage the organizations that the console serves."""

import re
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from console.actor import Actor
from console.aws.errors import CallFailed, Refused
from console.constraints import as_validation_error
from console.gateway import gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization

ROLE_ARN = re.compile(r"arn:(?P<partition>aws[\w-]*):iam::(?P<account>\d{12}):role/.+")
ACTOR = Actor.system("manage.py organization")


class Command(BaseCommand):
    help = "Manage the organizations that the console serves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="serve an organization, or change how it is reached")
        add.add_argument("organization_id", help="m-…")
        add.add_argument("--region", required=True)
        add.add_argument("--slug", help="its word in addresses; its alias, say")
        add.add_argument("--name", default="")
        add.add_argument(
            "--role-arn", default="", help="the role to assume; without one, the console's own identity"
        )
        add.add_argument("--external-id", default="", help="made here unless given")
        check = verbs.add_parser("check", help="ask AWS for it, which shows whether role and policy fit")
        check.add_argument("slug")
        verbs.add_parser("list", help="every organization, with its Region and role")
        remove = verbs.add_parser("remove", help="remove a deleted organization and all that is stored of it")
        remove.add_argument("slug")
        remove.add_argument("--yes", action="store_true", help="remove it; without this it is only shown")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs = {"add": self.add, "check": self.check_access, "list": self.list, "remove": self.remove}
        verbs[options["verb"]](options)

    def add(self, options: dict[str, Any]) -> None:
        organization = _store_organization(options)
        self.stdout.write(f"{organization.slug}: {organization.organization_id} in {organization.region}")
        if organization.role_arn:
            self.stdout.write(f"Role: {organization.role_arn}\nExternal id: {organization.external_id}")
            self.stdout.write(
                "Put the external id into the role's trust policy (deploy/iam/console-trust.json)."
            )
        self.stdout.write(f"Then: manage.py organization check {organization.slug}")

    def check_access(self, options: dict[str, Any]) -> None:
        organization = _get_organization(options["slug"])
        try:
            found = gateway.call(ACTOR, "DescribeOrganization", organization)
        except Refused as fault:
            raise CommandError(f"{organization.slug}: {fault.code}, {fault.message}") from fault
        except CallFailed as fault:
            raise CommandError(f"{organization.slug}: {fault}") from fault
        self.stdout.write(
            f"{organization.slug}: {found['State']}, default domain {found['DefaultMailDomain']}"
        )

    def list(self, options: dict[str, Any]) -> None:
        for one in Organization.objects.all():
            self.stdout.write(
                "  ".join((one.slug, one.organization_id, one.region, one.role_arn or "own identity"))
            )

    def remove(self, options: dict[str, Any]) -> None:
        """Remove an organization, after AWS has confirmed that it is deleted."""
        organization = _get_organization(options["slug"])
        if not _is_deleted_in_workmail(organization):
            raise CommandError(f"WorkMail still has {organization.slug}. Delete it there first.")
        if not options["yes"]:
            self.stdout.write(
                f"{organization.slug} is deleted in WorkMail. Its users, groups, exports, changes, grants and"
                " saved views would be removed; the audit log stays. Repeat with --yes to remove it."
            )
            return
        with transaction.atomic():
            _record_change(organization, "organization removed")
            organization.delete()
        self.stdout.write(f"{organization.slug}: removed. The audit log keeps its entries.")


def _is_deleted_in_workmail(organization: Organization) -> bool:
    try:
        found = gateway.call(ACTOR, "DescribeOrganization", organization)
    except Refused as fault:
        was_there = organization.listed_at and not organization.is_deleted
        if fault.code == "OrganizationNotFoundException" and not was_there:
            return True
        raise CommandError(f"{organization.slug}: {fault.code}, {fault.message}") from fault
    except CallFailed as fault:
        raise CommandError(f"{organization.slug}: {fault}") from fault
    return bool(found["State"] == Organization.DELETED)


@transaction.atomic
def _store_organization(options: dict[str, Any]) -> Organization:
    """Create or update the row, locked; values that are not given stay."""
    held = Organization.objects.select_for_update()
    known = held.filter(organization_id=options["organization_id"]).first()
    organization = known or Organization(organization_id=options["organization_id"])
    given = {
        name: options[name] for name in ("region", "slug", "name", "role_arn", "external_id") if options[name]
    }
    for name, value in given.items():
        setattr(organization, name, value)
    _complete_values(organization)
    _validate_organization(organization)
    try:
        with as_validation_error(organization):
            organization.save()
            _record_change(organization, "organization changed" if known else "organization added")
    except ValidationError as fault:
        raise CommandError(" ".join(fault.messages)) from fault
    return organization


def _complete_values(organization: Organization) -> None:
    organization.slug = organization.slug or organization.organization_id
    role = ROLE_ARN.fullmatch(organization.role_arn)
    if not role:
        return
    organization.external_id = organization.external_id or secrets.token_urlsafe(24)
    where = f"{role['partition']}:workmail:{organization.region}:{role['account']}"
    organization.arn = f"arn:{where}:organization/{organization.organization_id}"


def _validate_organization(organization: Organization) -> None:
    if not re.fullmatch(r"m-[0-9a-f]{32}", organization.organization_id):
        raise CommandError(f"{organization.organization_id} is no organization's id: m- and 32 digits.")
    if organization.role_arn and not ROLE_ARN.fullmatch(organization.role_arn):
        raise CommandError(f"{organization.role_arn} is no role: arn:aws:iam::ACCOUNT:role/NAME.")
    try:
        organization.full_clean()
    except ValidationError as fault:
        raise CommandError(" ".join(fault.messages)) from fault


def _record_change(organization: Organization, what: str) -> None:
    journal.record_entry(
        ACTOR,
        Entry.Kind.CHANGED,
        organization=organization.organization_id,
        operation="ManageOrganizations",
        target=organization.organization_id,
        target_name=organization.slug,
        what=what,
        region=organization.region,
        role_arn=organization.role_arn,
    )


def _get_organization(slug: str) -> Organization:
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        known = ", ".join(Organization.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no organization {slug}; there are: {known}.")
    return organization
