"""The organizations and operators of the demo."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from console.actor import Actor
from console.mirror.models import Organization
from console.operators import accounts, roles
from console.operators.models import Grant, Operator, Role
from console.sandbox import seeds
from console.sandbox.organization_setup import ACCOUNT, REGION

# The sandbox's second domain: large enough to work in, small enough to see that the rest is not there.
BRANCH_DOMAIN = "northwind-clinics.example"
DEMO_ACTOR = Actor.system("demo")


@dataclass(frozen=True)
class DemoOperator:
    """An operator of the demo."""

    email: str
    name: str
    roles: tuple[str, ...]
    note: str
    organizations: tuple[str, ...] = (seeds.NORTHWIND_ID,)
    domains: tuple[str, ...] = ()


DEMO_OPERATORS = (
    DemoOperator(
        "helpdesk@console.example", "Hannah Berger", ("Helpdesk", "Exporter"), "the main job: people, exports"
    ),
    DemoOperator(
        "branch@console.example",
        "Bram de Wit",
        ("Helpdesk",),
        f"only {BRANCH_DOMAIN}",
        domains=(BRANCH_DOMAIN,),
    ),
    DemoOperator("exporter@console.example", "Elif Kaya", ("Exporter",), "exports, changes nobody"),
    DemoOperator(
        "admin@console.example", "Amara Okafor", ("Administrator",), "everything but rights and mail"
    ),
    DemoOperator("auditor@console.example", "Aino Virtanen", ("Auditor",), "reads all, the ledger above all"),
    DemoOperator(
        "owner@console.example",
        "Olivia Marsh",
        ("Owner",),
        "both organizations",
        (seeds.NORTHWIND_ID, seeds.HARBOR_ID),
    ),
    DemoOperator(
        "harbor@console.example", "Hugo Lind", ("Administrator",), "only Harbor Legal", (seeds.HARBOR_ID,)
    ),
)


def seed() -> list[tuple[str, str, str, str]]:
    """Add missing organizations and operators; return email, password, role and note of each.

    The passwords are in the folder of the state, for its owner alone to read, so that the next start
    can print them again; the database has only their hashes.
    """
    roles.install(Role)
    organizations = {each.organization_id: each for each in _create_organizations()}
    path = settings.VAR / "demo-operators.json"
    kept = _load_passwords(path)
    passwords = {
        cast.email: _create_operator(cast, kept.get(cast.email, ""), organizations) for cast in DEMO_OPERATORS
    }
    _store_passwords(path, passwords)
    return [(cast.email, passwords[cast.email], " + ".join(cast.roles), cast.note) for cast in DEMO_OPERATORS]


def _create_organizations() -> list[Organization]:
    return [
        _create_organization(
            seeds.NORTHWIND_ID, seeds.NORTHWIND, "Northwind Health", seeds.NORTHWIND_DOMAINS
        ),
        _create_organization(seeds.HARBOR_ID, seeds.HARBOR, "Harbor Legal", seeds.HARBOR_DOMAINS),
    ]


def _create_organization(
    identifier: str, alias: str, name: str, domains: Mapping[str, float]
) -> Organization:
    known, _ = Organization.objects.get_or_create(
        organization_id=identifier,
        defaults={
            "slug": alias,
            "name": name,
            "default_domain": next(iter(domains)),
            "region": REGION,
            "arn": f"arn:aws:workmail:{REGION}:{ACCOUNT}:organization/{identifier}",
        },
    )
    return known


def _create_operator(cast: DemoOperator, kept: str, organizations: Mapping[str, Organization]) -> str:
    """Create the operator, and return the stored or a new password."""
    operator, made = accounts.add_operator(DEMO_ACTOR, cast.email, cast.name)
    password = kept or made or accounts.generate_password()
    if bool(kept) == bool(made):
        operator.set_password(password)
        operator.save(update_fields=["password"])
    for identifier in cast.organizations:
        for role in cast.roles:
            _grant_role(operator, role, organizations[identifier], cast.domains)
    return password


def _grant_role(operator: Operator, role: str, organization: Organization, domains: tuple[str, ...]) -> None:
    if not Grant.objects.filter(operator=operator, role__name=role, organization=organization).exists():
        accounts.grant_role(DEMO_ACTOR, operator, Role.objects.get(name=role), organization, domains)


def _load_passwords(path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _store_passwords(path: Path, passwords: Mapping[str, str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(passwords, file, indent=1)
