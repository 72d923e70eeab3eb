"""A company with a branch, whose mailboxes are shared across groups, and who minds its impersonation roles.

Olga owns, Adam administers, Aude audits, Nell administers the branch alone.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from console.mirror.models import Organization
from console.sandbox import fixtures, organization_setup
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk

BRANCH = "branch.example"
DEE = "user-000000000dee"
INNER, OUTER = "group-0000000inner", "group-0000000outer"
EVERYBODY = {"ImpersonationRuleId": "all", "Effect": "ALLOW"}


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    """Bo may open Ada's mailbox; so may the outer group, in which is the inner one, in which is Dee."""
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        organization_setup.add_domain(made.store, made.organization, BRANCH)
        made.enabled_user("dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz")
        made.group("inner", entity_id=INNER)
        made.group("outer", entity_id=OUTER)
        made.call("AssociateMemberToGroup", GroupId=OUTER, MemberId=INNER)
        made.call("AssociateMemberToGroup", GroupId=INNER, MemberId=DEE)
        for grantee, values in ((BO, ["FULL_ACCESS"]), (OUTER, ["SEND_AS"])):
            made.call("PutMailboxPermissions", EntityId=ADA, GranteeId=grantee, PermissionValues=values)
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return world.mirrored(town.organization_id, town="impersonation", name="Example")


@pytest.fixture
def olga(organization: Organization) -> Desk:
    return desk(organization, "Owner", "olga")


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return desk(organization, "Administrator", "adam")


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return desk(organization, "Auditor", "aude")


@pytest.fixture
def nell(organization: Organization) -> Desk:
    return desk(organization, "Administrator", "nell", BRANCH)


def desk(organization: Organization, role: str, name: str, *domains: str) -> Desk:
    return Desk(world.operator(role, organization, *domains, name=name), organization, "impersonation")


def role(town: TestSandbox, *rules: dict[str, Any], name: str = "archive", **members: Any) -> str:
    given = {"Name": name, "Type": "READ_ONLY", "Rules": list(rules), **members}
    return str(town.call("CreateImpersonationRole", **given)["ImpersonationRoleId"])


def rule(number: int = 1, effect: str = "ALLOW", *, only: Any = (), but: Any = ()) -> dict[str, Any]:
    people = {"TargetUsers": list(only), "NotTargetUsers": list(but)}
    kept = {member: ids for member, ids in people.items() if ids}
    return {"ImpersonationRuleId": f"rule-{number}", "Effect": effect, **kept}
