"""The tests' database: what a test with real transactions wrote is gone, what migrations made is back."""

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from console.actor import Actor
from console.ledger import journal, triggers
from console.ledger.models import Entry, Head
from console.mirror.models import Domain, Organization
from console.operators.models import Grant, Operator, Role

MADE = {"ledger_head", "operators_role", "django_content_type", "auth_permission"}


@pytest.mark.django_db(transaction=True)
def test_leaves_the_tables_as_the_migrations_made_them() -> None:
    organization = Organization.objects.create(organization_id="m-" + "0" * 32, slug="example")
    Domain.objects.create(organization=organization, name="example.com")
    operator = Operator.objects.create_user("olga@example.com", name="Olga")
    role = Role.objects.get(name="Owner")
    grant = Grant.objects.create(operator=operator, role=role, organization=organization)
    journal.record_entry(Actor(operator.pk, "olga"), Entry.Kind.OBSERVED, operation="UpdateUser")
    grant.delete()
    role.delete()

    TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined]  # Django's own, not in its stubs

    models = [each for each in apps.get_models() if each._meta.managed]
    assert {each._meta.db_table for each in models if each._base_manager.exists()} == MADE
    assert triggers.find_missing(connection) == []
    assert Role.objects.get(name="Owner").permissions == ["*"]
    assert Head.objects.get().seq == 0
