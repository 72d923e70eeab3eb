"""Makes operators and grants, with an entry in the ledger for each."""

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
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Five groups of four, 99 bits: long for the validators, short enough to be typed once."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))


def add(actor: Actor, email: str, name: str) -> tuple[Operator, str]:
    """The operator with this address, and the password that was made for her if she is new, else ""."""
    known = Operator.objects.filter(email=email.strip().lower()).first()
    if known:
        return known, ""
    password = new_password()
    operator = Operator(email=email.strip().lower(), name=name)
    operator.set_password(password)
    try:
        with as_validation_error(operator):
            operator.save()
            _note(actor, operator, "operator added", name=name)
    except ValidationError:  # added by another process meanwhile
        return Operator.objects.get(email=operator.email), ""
    return operator, password


def grant(
    actor: Actor, operator: Operator, role: Role, organization: Organization, domains: Iterable[str] = ()
) -> Grant:
    """Give a role in an organization; what she held of it there before is replaced."""
    narrowed = sorted(domain.strip().lower() for domain in domains)
    given, _ = Grant.objects.update_or_create(
        operator=operator, role=role, organization=organization, defaults={"domains": narrowed, "until": None}
    )
    _note(actor, operator, "role granted", organization.organization_id, role=role.name, domains=narrowed)
    return given


def _note(actor: Actor, operator: Operator, what: str, organization: str = "", **body: Any) -> None:
    journal.record(
        actor,
        Entry.Kind.CHANGED,
        organization=organization,
        operation="ManageOperators",
        target=str(operator.pk),
        target_name=operator.email,
        what=what,
        **body,
    )
