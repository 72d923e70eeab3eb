"""`manage.py operator add EMAIL …`: add an operator and print their first password once."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from console.actor import Actor
from console.mirror.models import Organization
from console.operators import accounts
from console.operators.models import Role


class Command(BaseCommand):
    help = "Manage the operators of the console."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="make an operator, or give one that exists another role")
        add.add_argument("email")
        add.add_argument("--name", default="")
        add.add_argument("--role", required=True, help="Owner, Administrator, Helpdesk, Exporter, Auditor, …")
        add.add_argument("--organization", required=True, help="its id (m-…) or its alias")
        add.add_argument("--domain", action="append", default=[], help="narrow to this domain; repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        email = _validate_email(options["email"])
        role, organization = _get_role(options["role"]), _get_organization(options["organization"])
        actor = Actor.system("manage.py operator")
        operator, password = accounts.add_operator(actor, email, options["name"] or email)
        accounts.grant_role(actor, operator, role, organization, options["domain"])
        self.stdout.write(f"{operator.email} is {role.name} of {organization.slug}.")
        if password:
            self.stdout.write(f"Password, shown only now: {password}")


def _validate_email(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError as fault:
        raise CommandError(f"{email} is no e-mail address.") from fault
    return email


def _get_role(name: str) -> Role:
    role = Role.objects.filter(name__iexact=name).first()
    if role is None:
        known = ", ".join(Role.objects.values_list("name", flat=True))
        raise CommandError(f"There is no role {name}; there are {known}.")
    return role


def _get_organization(word: str) -> Organization:
    by_id = Organization.objects.filter(organization_id=word).first()
    organization = by_id or Organization.objects.filter(slug=word).first()
    if organization is None:
        known = ", ".join(Organization.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no organization {word}; there are: {known}.")
    return organization
