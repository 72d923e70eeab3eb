"""Create operators and grants, with audit entries."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from console.actor import Actor
from console.constraints import as_validation_error
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Grant, Operator, Role

# Without those that look alike in a terminal's font.
PASSWORD_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def generate_password() -> str:
    """Return a random password of 99 bits in five groups of four."""
    return "-".join("".join(secrets.choice(PASSWORD_CHARACTERS) for _ in range(4)) for _ in range(5))


def add_operator(actor: Actor, email: str, name: str) -> tuple[Operator, str]:
    """Return the operator and, if new, their generated password, else ""."""
    known = Operator.objects.filter(email=email.strip().lower()).first()
    if known:
        return known, ""
    password = generate_password()
    operator = Operator(email=email.strip().lower(), name=name)
    operator.set_password(password)
    try:
        with as_validation_error(operator):
            operator.save()
            _record_change(actor, operator, "operator added", name=name)
    except ValidationError:  # added by another process meanwhile
        return Operator.objects.get(email=operator.email), ""
    return operator, password


def grant_role(
    actor: Actor, operator: Operator, role: Role, organization: Organization, domains: Iterable[str] = ()
) -> Grant:
    """Grant a role in an organization, replacing the operator's previous grant of it."""
    narrowed = sorted(domain.strip().lower() for domain in domains)
    given, _ = Grant.objects.update_or_create(
        operator=operator, role=role, organization=organization, defaults={"domains": narrowed, "until": None}
    )
    _record_change(
        actor, operator, "role granted", organization.organization_id, role=role.name, domains=narrowed
    )
    return given


def _record_change(actor: Actor, operator: Operator, what: str, organization: str = "", **body: Any) -> None:
    journal.record_entry(
        actor,
        Entry.Kind.CHANGED,
        organization=organization,
        operation="ManageOperators",
        target=str(operator.pk),
        target_name=operator.email,
        what=what,
        **body,
    )
