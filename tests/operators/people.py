"""Operators, organizations and entities for tests of who may do what."""

from datetime import datetime
from itertools import count

from console.actor import Actor
from console.mirror.models import Entity, Organization
from console.operators import roles
from console.operators.models import Grant, Operator, Role

PASSWORD = "correct horse battery staple"
numbers = count(1)


def organization(slug: str = "acme") -> Organization:
    found, _ = Organization.objects.get_or_create(
        slug=slug, defaults={"organization_id": f"m-{slug}", "name": slug.title()}
    )
    return found


def operator(
    role: str = "",
    where: Organization | None = None,
    *,
    domains: tuple[str, ...] = (),
    until: datetime | None = None,
    password: str | None = None,
) -> Operator:
    """Somebody new, with a role if one is named; without a password she can only be signed in by force."""
    somebody = Operator.objects.create_user(f"op{next(numbers)}@example.com", password, name="Some Body")
    if role:
        give(somebody, role, where or organization(), domains=domains, until=until)
    return somebody


def give(
    somebody: Operator,
    role: str,
    where: Organization,
    *,
    domains: tuple[str, ...] = (),
    until: datetime | None = None,
) -> Grant:
    roles.install(Role)
    return Grant.objects.create(
        operator=somebody,
        role=Role.objects.get(name=role),
        organization=where,
        domains=list(domains),
        until=until,
    )


def actor(somebody: Operator) -> Actor:
    return Actor(operator_id=somebody.pk, name=somebody.email)


def entity(
    entity_id: str, email: str = "", *, kind: str = "user", where: Organization | None = None
) -> Entity:
    return Entity.objects.create(
        organization=where or organization(),
        entity_id=entity_id,
        kind=kind,
        name=entity_id,
        email=email,
        domain=email.rpartition("@")[2],
    )
