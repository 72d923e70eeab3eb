"""Who may sign in to the demo: one operator of each kind, with a password of this folder's own."""

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
from console.sandbox import seed as sandbox
from console.sandbox.founding import ACCOUNT, REGION

# The sandbox's second domain: large enough to work in, small enough to see that the rest is not there.
BRANCH = "northwind-clinics.example"
ITSELF = Actor.system("demo")


@dataclass(frozen=True)
class Cast:
    """One operator of the demo."""

    email: str
    name: str
    roles: tuple[str, ...]
    note: str
    organizations: tuple[str, ...] = (sandbox.NORTHWIND_ID,)
    domains: tuple[str, ...] = ()


CAST = (
    Cast(
        "helpdesk@console.example", "Hannah Berger", ("Helpdesk", "Exporter"), "the main job: people, exports"
    ),
    Cast("branch@console.example", "Bram de Wit", ("Helpdesk",), f"only {BRANCH}", domains=(BRANCH,)),
    Cast("exporter@console.example", "Elif Kaya", ("Exporter",), "exports, changes nobody"),
    Cast("admin@console.example", "Amara Okafor", ("Administrator",), "everything but rights and mail"),
    Cast("auditor@console.example", "Aino Virtanen", ("Auditor",), "reads all, the ledger above all"),
    Cast(
        "owner@console.example",
        "Olivia Marsh",
        ("Owner",),
        "both organizations",
        (sandbox.NORTHWIND_ID, sandbox.HARBOR_ID),
    ),
    Cast(
        "harbor@console.example", "Hugo Lind", ("Administrator",), "only Harbor Legal", (sandbox.HARBOR_ID,)
    ),
)


def seed() -> list[tuple[str, str, str, str]]:
    """Add the organizations and operators that are missing: (e-mail, password, role, note) of each.

    The passwords are in the folder of the state, for its owner alone to read, so that the next start
    can print them again; the database has only their hashes.
    """
    roles.install(Role)
    organizations = {each.organization_id: each for each in _organizations()}
    path = settings.VAR / "demo-operators.json"
    kept = _kept(path)
    passwords = {cast.email: _operator(cast, kept.get(cast.email, ""), organizations) for cast in CAST}
    _keep(path, passwords)
    return [(cast.email, passwords[cast.email], " + ".join(cast.roles), cast.note) for cast in CAST]


def _organizations() -> list[Organization]:
    return [
        _organization(sandbox.NORTHWIND_ID, sandbox.NORTHWIND, "Northwind Health", sandbox.NORTHWIND_DOMAINS),
        _organization(sandbox.HARBOR_ID, sandbox.HARBOR, "Harbor Legal", sandbox.HARBOR_DOMAINS),
    ]


def _organization(identifier: str, alias: str, name: str, domains: Mapping[str, float]) -> Organization:
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


def _operator(cast: Cast, kept: str, organizations: Mapping[str, Organization]) -> str:
    """Her password: the one that is kept, or else a new one.

    It is set only where the file and the database were not made together: comparing seven hashes at
    each start would take longer than everything else.
    """
    operator, made = accounts.add(ITSELF, cast.email, cast.name)
    password = kept or made or accounts.new_password()
    if bool(kept) == bool(made):
        operator.set_password(password)
        operator.save(update_fields=["password"])
    for identifier in cast.organizations:
        for role in cast.roles:
            _grant(operator, role, organizations[identifier], cast.domains)
    return password


def _grant(operator: Operator, role: str, organization: Organization, domains: tuple[str, ...]) -> None:
    if not Grant.objects.filter(operator=operator, role__name=role, organization=organization).exists():
        accounts.grant(ITSELF, operator, Role.objects.get(name=role), organization, domains)


def _kept(path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _keep(path: Path, passwords: Mapping[str, str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(passwords, file, indent=1)
