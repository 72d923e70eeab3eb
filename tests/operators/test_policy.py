"""Who may do what, and whom she may see, as tables."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.actor import Actor
from console.aws import model
from console.aws.catalogue import CATALOGUE, CONSOLE_ACTIONS, Access
from console.mirror.models import Entity, Organization
from console.operators import policy, rights
from console.operators.models import Grant, Operator
from tests.operators.people import actor, entity, give, operator, organization

pytestmark = pytest.mark.django_db

EVERYTHING = {**CATALOGUE, **CONSOLE_ACTIONS}
READS = {name for name, rule in EVERYTHING.items() if rule.is_read} - {"ListOrganizations"}
SECRETS = {name for name, rule in EVERYTHING.items() if rule.access is Access.SECRET}
HELPDESK_WRITES = {
    "UpdateUser",
    "ResetPassword",
    "CreateAlias",
    "DeleteAlias",
    "AssociateMemberToGroup",
    "DisassociateMemberFromGroup",
    "UpdateMailboxQuota",
    "CheckMailDomain",
    "RunChanges",
}
EXPORTER_WRITES = {
    "StartMailboxExportJob",
    "CancelMailboxExportJob",
    "DownloadMailboxExport",
    "ManageExportDestinations",
    "RunChanges",
}
OWNERS_ONLY = {
    "ManageOperators",
    "CreateOrganization",
    "DeleteOrganization",
    "LoosenConditions",
    "ListOrganizations",
    "ManageOrganizations",
}
DIRECTORY = {"overview", "organizations", "users", "groups", "resources", "mailboxes", "domains", "changes"}
DIRECTORY_READS = {name for name in READS if EVERYTHING[name].area in DIRECTORY}
# What the doctor asks besides.
RULE_READS = {name for name in READS if EVERYTHING[name].area in ("access_rules", "mobile")}
DOCTOR_READS = RULE_READS | {"DescribeIdentityProviderConfiguration"}
EXPORT_READS = {"ListMailboxExportJobs", "DescribeMailboxExportJob"}
MAY = {
    "Owner": set(EVERYTHING),
    "Administrator": set(EVERYTHING) - SECRETS - OWNERS_ONLY,
    "Helpdesk": DIRECTORY_READS | DOCTOR_READS | HELPDESK_WRITES,
    "Exporter": DIRECTORY_READS | EXPORT_READS | EXPORTER_WRITES,
    "Auditor": READS,
}
# The same in words, for those who read tests to learn what a role is.
IN_WORDS = [
    ("Helpdesk", "ResetPassword", True),
    ("Helpdesk", "RegisterToWorkMail", False),
    ("Helpdesk", "DeregisterFromWorkMail", False),
    ("Helpdesk", "DeleteUser", False),
    ("Helpdesk", "PutMailboxPermissions", False),
    ("Helpdesk", "StartMailboxExportJob", False),
    ("Helpdesk", "DownloadMailboxExport", False),
    ("Helpdesk", "ReadLedger", False),
    ("Exporter", "StartMailboxExportJob", True),
    ("Exporter", "UpdateUser", False),
    ("Exporter", "ReadLedger", False),
    ("Administrator", "DeleteUser", True),
    ("Administrator", "DownloadMailboxExport", False),
    ("Administrator", "TagResource", True),
    ("Administrator", "DeleteOrganization", False),
    ("Administrator", "CreateOrganization", False),
    ("Owner", "DeleteOrganization", True),
    ("Administrator", "AssumeImpersonationRole", False),
    ("Administrator", "ManageOperators", False),
    ("Auditor", "ExportLedger", True),
    ("Auditor", "UpdateUser", False),
    ("Auditor", "SyncMirror", False),
    ("Auditor", "GetRawMessageContent", False),
    ("Owner", "ManageOperators", True),
    ("Owner", "AssumeImpersonationRole", True),
]


def may(somebody: Operator, where: Organization) -> set[str]:
    return {name for name in EVERYTHING if policy.allows(actor(somebody), name, where)}


class TestRoles:
    @pytest.mark.parametrize("role", MAY)
    def test_a_role_may_do_exactly_what_is_its_own(self, role: str) -> None:
        assert may(operator(role), organization()) == MAY[role]

    @pytest.mark.parametrize(("role", "operation", "expected"), IN_WORDS)
    def test_in_words(self, role: str, operation: str, expected: bool) -> None:
        assert policy.allows(actor(operator(role)), operation, organization()) is expected

    @pytest.mark.parametrize("role", MAY)
    def test_a_role_in_one_organization_is_none_in_another(self, role: str) -> None:
        assert may(operator(role, organization("acme")), organization("other")) == set()

    def test_two_grants_add_up(self) -> None:
        somebody = operator("Helpdesk")
        give(somebody, "Exporter", organization())
        assert may(somebody, organization()) == MAY["Helpdesk"] | MAY["Exporter"]

    def test_nobody_without_a_grant_may_do_anything(self) -> None:
        assert may(operator(), organization()) == set()

    def test_django_s_superuser_flag_opens_nothing(self) -> None:
        somebody = operator()
        Operator.objects.filter(pk=somebody.pk).update(is_superuser=True, is_staff=True)
        assert may(somebody, organization()) == set()

    def test_an_unknown_operation_is_an_error_and_not_a_no(self) -> None:
        with pytest.raises(KeyError):
            policy.allows(actor(operator("Owner")), "UpdateUsers", organization())


class TestTheConsoleItself:
    def test_it_may_read_everything_and_do_nothing_else(self) -> None:
        itself = Actor.system("mirror")
        allowed = {name for name in EVERYTHING if policy.allows(itself, name, organization())}
        assert allowed == {*READS, "ListOrganizations"}

    def test_an_anonymous_visitor_is_not_the_console_itself(self) -> None:
        nobody = Actor(operator_id=0, name="anonymous")
        assert not policy.allows(nobody, "ListUsers", organization())
        assert not policy.visible_organizations(nobody).exists()

    def test_it_is_not_let_through_to_a_write(self) -> None:
        with pytest.raises(policy.Denied):
            policy.require_right(Actor.system("settling"), "UpdateUser", organization(), {"UserId": "u"})


class TestWhenAGrantCounts:
    def test_it_ends_at_its_end(self) -> None:
        now = timezone.now()
        over = operator("Owner", until=now - timedelta(seconds=1))
        running = operator("Owner", until=now + timedelta(minutes=1))
        assert may(over, organization()) == set()
        assert may(running, organization()) == set(EVERYTHING)

    def test_none_counts_of_an_operator_who_may_not_enter(self) -> None:
        somebody = operator("Owner")
        Operator.objects.filter(pk=somebody.pk).update(is_active=False)
        assert may(somebody, organization()) == set()
        assert not policy.visible_organizations(actor(somebody)).exists()

    def test_one_that_is_taken_away_is_gone_at_once(self) -> None:
        somebody = operator("Owner")
        assert policy.allows(actor(somebody), "UpdateUser", organization())
        Grant.objects.all().delete()
        assert not policy.allows(actor(somebody), "UpdateUser", organization())

    def test_even_within_a_request_the_gate_to_aws_asks_again(self) -> None:
        somebody = operator("Owner")
        with rights.cache_for_request():
            assert policy.allows(actor(somebody), "UpdateUser", organization())
            Grant.objects.all().delete()
            with pytest.raises(policy.OutOfScope):
                policy.require_right(actor(somebody), "UpdateUser", organization(), {"UserId": "u"})

    def test_a_permission_that_is_taken_from_a_role_is_gone_at_once(self) -> None:
        somebody = operator("Helpdesk")
        role = somebody.grants.get().role
        role.permissions.remove("ResetPassword")
        role.save()
        assert not policy.allows(actor(somebody), "ResetPassword", organization())

    def test_it_costs_one_query_a_request(self, django_assert_num_queries: object) -> None:
        who, where = actor(operator("Helpdesk")), organization()
        with rights.cache_for_request(), django_assert_num_queries(1):  # type: ignore[operator]  # a fixture without types
            for name in EVERYTHING:
                policy.allows(who, name, where)


class TestNarrowed:
    """A grant on acme.example: her@ is within it, other@ and the one without an address are not."""

    @pytest.fixture(autouse=True)
    def _directory(self) -> None:
        entity("in", "her@acme.example")
        entity("out", "other@other.example")
        entity("bare")
        entity("team-in", "team@acme.example", kind="group")
        entity("team-out", "team@other.example", kind="group")
        entity("elsewhere", "her@acme.example", where=organization("second"))

    def narrowed(self, role: str) -> Actor:
        return actor(operator(role, domains=("Acme.Example",)))

    def test_she_sees_those_on_her_domain_only(self) -> None:
        seen = policy.visible_entities(self.narrowed("Helpdesk"), "ListUsers", organization())
        assert set(seen.values_list("entity_id", flat=True)) == {"in", "team-in"}

    def test_an_unnarrowed_colleague_sees_all_of_the_organization_and_nobody_else(self) -> None:
        seen = policy.visible_entities(actor(operator("Helpdesk")), "ListUsers", organization())
        assert set(seen.values_list("entity_id", flat=True)) == {"in", "out", "bare", "team-in", "team-out"}

    def test_without_the_right_she_sees_nobody(self) -> None:
        assert not policy.visible_entities(self.narrowed("Helpdesk"), "DeleteUser", organization()).exists()

    def test_two_narrowed_grants_reach_both_domains(self) -> None:
        somebody = operator("Helpdesk", domains=("acme.example",))
        give(somebody, "Administrator", organization(), domains=("other.example",))
        seen = policy.visible_entities(actor(somebody), "UpdateUser", organization())
        assert set(seen.values_list("entity_id", flat=True)) == {"in", "team-in", "out", "team-out"}
        deletable = policy.visible_entities(actor(somebody), "DeleteUser", organization())
        assert set(deletable.values_list("entity_id", flat=True)) == {"out", "team-out"}

    def test_a_grant_on_an_empty_domain_reaches_nobody(self) -> None:
        somebody = actor(operator("Owner", domains=("",)))
        assert not policy.visible_entities(somebody, "ListUsers", organization()).exists()
        assert not policy.allows(somebody, "UpdateUser", organization())

    @pytest.mark.parametrize(("whom", "expected"), [("in", True), ("out", False), ("bare", False)])
    def test_she_may_act_on_those_on_her_domain(self, whom: str, expected: bool) -> None:
        who = self.narrowed("Helpdesk")
        assert policy.allows(who, "UpdateUser", organization(), _entity(whom)) is expected

    def test_nobody_of_another_organization_is_within_a_grant(self) -> None:
        stranger = _entity("elsewhere")
        assert not policy.allows(self.narrowed("Helpdesk"), "UpdateUser", organization(), stranger)
        assert not policy.allows(actor(operator("Owner")), "UpdateUser", organization(), stranger)

    def test_settings_of_the_whole_organization_are_not_hers(self) -> None:
        for name in ("PutAccessControlRule", "UpdateDefaultMailDomain", "SyncMirror", "ManageOperators"):
            assert not policy.allows(self.narrowed("Owner"), name, organization())
            with pytest.raises(policy.Denied):
                policy.require_right(self.narrowed("Owner"), name, organization(), {})

    def test_she_reaches_everybody_only_without_domains(self) -> None:
        assert not policy.covers_organization(self.narrowed("Owner"), "ListUsers", organization())
        assert policy.covers_organization(actor(operator("Owner")), "ListUsers", organization())


def _entity(entity_id: str) -> Entity:
    return Entity.objects.get(entity_id=entity_id)


OK, DENIED, OUT = None, policy.Denied, policy.OutOfScope
REQUIRED = [
    # role, operation, parameters, what happens under a grant narrowed to acme.example
    ("Helpdesk", "UpdateUser", {"UserId": "in"}, OK),
    ("Helpdesk", "UpdateUser", {"UserId": "out"}, OUT),
    ("Helpdesk", "UpdateUser", {"UserId": "bare"}, OUT),
    ("Helpdesk", "UpdateUser", {"UserId": "unknown"}, OUT),
    ("Helpdesk", "UpdateUser", {"UserId": "elsewhere"}, OUT),
    ("Helpdesk", "UpdateUser", {"UserId": "her@acme.example"}, OUT),
    ("Helpdesk", "DeleteUser", {"UserId": "in"}, DENIED),
    ("Helpdesk", "DescribeUser", {"UserId": "in"}, OK),
    ("Helpdesk", "DescribeUser", {"UserId": "out"}, OUT),
    ("Helpdesk", "CreateAlias", {"EntityId": "in", "Alias": "h@acme.example"}, OK),
    ("Helpdesk", "CreateAlias", {"EntityId": "in", "Alias": "h@other.example"}, DENIED),
    ("Helpdesk", "CreateAlias", {"EntityId": "in", "Alias": "h@acme.example@other.example"}, DENIED),
    ("Helpdesk", "CreateAlias", {"EntityId": "out", "Alias": "h@acme.example"}, OUT),
    ("Helpdesk", "DeleteAlias", {"EntityId": "in", "Alias": "h@other.example"}, DENIED),
    ("Helpdesk", "AssociateMemberToGroup", {"GroupId": "team-in", "MemberId": "in"}, OK),
    ("Helpdesk", "AssociateMemberToGroup", {"GroupId": "team-in", "MemberId": "out"}, OUT),
    ("Helpdesk", "AssociateMemberToGroup", {"GroupId": "team-out", "MemberId": "in"}, OUT),
    ("Administrator", "PutMailboxPermissions", {"EntityId": "in", "GranteeId": "team-in"}, OK),
    ("Administrator", "PutMailboxPermissions", {"EntityId": "in", "GranteeId": "out"}, OUT),
    ("Administrator", "PutMailboxPermissions", {"EntityId": "out", "GranteeId": "in"}, OUT),
    ("Administrator", "RegisterToWorkMail", {"EntityId": "in", "Email": "a@acme.example"}, OK),
    ("Administrator", "RegisterToWorkMail", {"EntityId": "in", "Email": "a@other.example"}, DENIED),
    ("Administrator", "RegisterToWorkMail", {"EntityId": "bare", "Email": "a@acme.example"}, OUT),
    ("Administrator", "UpdatePrimaryEmailAddress", {"EntityId": "in", "Email": "a@ACME.example"}, OK),
    ("Administrator", "UpdatePrimaryEmailAddress", {"EntityId": "in", "Email": "a@x.example"}, DENIED),
    ("Administrator", "CreateUser", {"Name": "new@acme.example"}, OK),
    ("Administrator", "CreateUser", {"Name": "new@other.example"}, DENIED),
    ("Administrator", "CreateUser", {"Name": "new"}, DENIED),
    ("Administrator", "CreateGroup", {"Name": "new@other.example"}, DENIED),
    ("Administrator", "ListUsers", {}, DENIED),
    ("Administrator", "ListMobileDeviceAccessOverrides", {}, DENIED),
    ("Administrator", "ListMobileDeviceAccessOverrides", {"UserId": "in"}, OK),
    ("Administrator", "DescribeEntity", {"Email": "x@acme.example"}, OK),
    ("Administrator", "DescribeEntity", {"Email": "x@other.example"}, DENIED),
    ("Administrator", "DescribeOrganization", {}, OK),
    ("Administrator", "PutRetentionPolicy", {"Name": "p"}, DENIED),
    ("Administrator", "DeletePersonalAccessToken", {"PersonalAccessTokenId": "out"}, OUT),
    ("Administrator", "DeletePersonalAccessToken", {"PersonalAccessTokenId": "in"}, OK),
    ("Administrator", "GetImpersonationRoleEffect", {"TargetUser": "in"}, OK),
    ("Administrator", "GetImpersonationRoleEffect", {"TargetUser": "out"}, OUT),
    ("Administrator", "GetImpersonationRole", {"ImpersonationRoleId": "r"}, DENIED),
    ("Owner", "GetRawMessageContent", {"messageId": "m"}, DENIED),
    ("Exporter", "StartMailboxExportJob", {"EntityId": "in"}, OK),
    ("Exporter", "StartMailboxExportJob", {"EntityId": "out"}, OUT),
    ("Exporter", "CancelMailboxExportJob", {"JobId": "job-in"}, OK),
    ("Exporter", "CancelMailboxExportJob", {"JobId": "job-out"}, OUT),
    ("Exporter", "CancelMailboxExportJob", {"EntityId": "in"}, OK),
    ("Exporter", "CancelMailboxExportJob", {"EntityId": "out"}, OUT),
]


class TestRequired:
    @pytest.fixture(autouse=True)
    def _directory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entity("in", "her@acme.example")
        entity("out", "other@other.example")
        entity("bare")
        entity("team-in", "team@acme.example", kind="group")
        entity("team-out", "team@other.example", kind="group")
        entity("elsewhere", "her@acme.example", where=organization("second"))
        jobs = {"job-in": "in", "job-out": "out"}
        monkeypatch.setitem(policy.owner_finders, "JobId", lambda _, job: jobs.get(job, ""))
        monkeypatch.setitem(policy.owner_finders, "PersonalAccessTokenId", lambda _, token: token)

    @pytest.mark.parametrize(("role", "operation", "params", "outcome"), REQUIRED)
    def test_under_a_grant_on_one_domain(
        self, role: str, operation: str, params: dict[str, str], outcome: type[Exception] | None
    ) -> None:
        who = actor(operator(role, domains=("acme.example",)))
        if outcome is None:
            policy.require_right(who, operation, organization(), params)
        else:
            with pytest.raises(outcome):
                policy.require_right(who, operation, organization(), params)

    @pytest.mark.parametrize(("role", "operation", "params", "outcome"), REQUIRED)
    def test_under_a_grant_on_everything_only_the_right_counts(
        self, role: str, operation: str, params: dict[str, str], outcome: type[Exception] | None
    ) -> None:
        who = actor(operator(role))
        if operation in MAY[role]:
            policy.require_right(who, operation, organization(), params)
        else:
            with pytest.raises(policy.Denied):
                policy.require_right(who, operation, organization(), params)

    def test_an_organization_without_a_grant_does_not_exist(self) -> None:
        with pytest.raises(policy.OutOfScope):
            policy.require_right(actor(operator("Owner")), "ListUsers", organization("second"), {})

    def test_without_somebody_who_knows_the_owner_a_job_is_nobody_s(self) -> None:
        policy.owner_finders.pop("JobId")
        who = actor(operator("Exporter", domains=("acme.example",)))
        with pytest.raises(policy.OutOfScope):
            policy.require_right(who, "CancelMailboxExportJob", organization(), {"JobId": "job-in"})

    def test_every_address_member_is_one_of_the_operation_s_own(self) -> None:
        named = {name: rule.address for name, rule in CATALOGUE.items() if rule.address}
        assert named
        for name, member in named.items():
            assert member in model.input_members(name)


class TestOrganizations:
    def test_she_knows_those_in_which_she_holds_something(self) -> None:
        organization("acme"), organization("second")
        somebody = operator("Auditor", organization("second"))
        assert [each.slug for each in policy.visible_organizations(actor(somebody))] == ["second"]

    def test_the_console_itself_knows_all(self) -> None:
        organization("acme"), organization("second")
        assert policy.visible_organizations(Actor.system("mirror")).count() == 2
