"""Rows that are inserted by one statement are the rows that the ORM would have made."""

import pytest
from django.forms.models import model_to_dict

from console.actor import Actor
from console.changes import drafts
from console.changes.drafts import insert_rows
from console.changes.models import Change, Step
from console.changes.steps import GENERATED, FromStep, PlannedStep
from console.mirror.models import Organization
from console.operators import policy
from console.sandbox.fixtures import ADA, BO
from tests.areas import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(organization: Organization) -> Change:
    return Change.objects.create(organization=organization, title="many", requested_by="adam")


class TestInsert:
    def test_leaves_out_what_the_model_has_by_default(self, change: Change) -> None:
        given = {
            "operation": "UpdateUser",
            "params": {"UserId": ADA, "City": "'\"\u00e9"},
            "expects": None,
            "row": 7,
        }
        insert_rows(Step, [{"change_id": change.pk, "position": 0, **given}])
        Step.objects.create(change=change, position=1, **given)
        ours, theirs = (model_to_dict(each) for each in change.steps.order_by("position"))
        assert {**ours, "id": 0, "position": 0} == {**theirs, "id": 0, "position": 0}

    def test_of_nothing_is_nothing(self, change: Change) -> None:
        insert_rows(Step, [])
        assert not change.steps.exists()


class TestADraftOfMany:
    def test_costs_as_many_queries_as_one_of_few(
        self, adam: Actor, organization: Organization, django_assert_max_num_queries: object
    ) -> None:
        steps = [PlannedStep("UpdateUser", {"UserId": f"user-{n}", "City": "Oslo"}) for n in range(400)]
        with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django's fixture
            made = drafts.create_change(adam, organization, "many", steps)
        assert made.steps.count() == 400

    def test_is_not_made_if_one_of_them_is_out_of_scope(self, organization: Organization) -> None:
        nell = world.actor(world.operator("Owner", organization, "example.com", name="nell"))
        inside = [PlannedStep("UpdateUser", {"UserId": each, "City": "Oslo"}) for each in (ADA, BO)]
        assert drafts.create_change(nell, organization, "inside", inside).total == 2
        with pytest.raises(policy.OutOfScope):
            drafts.create_change(
                nell,
                organization,
                "outside",
                [*inside, PlannedStep("UpdateUser", {"UserId": world.ZOE, "City": "Oslo"})],
            )
        with pytest.raises(policy.Denied):
            drafts.create_change(
                nell,
                organization,
                "alias",
                [PlannedStep("CreateAlias", {"EntityId": ADA, "Alias": "a@elsewhere.example"})],
            )

    def test_keeps_links_and_made_up_passwords_as_marks(
        self, adam: Actor, organization: Organization
    ) -> None:
        steps = [
            PlannedStep("CreateUser", {"Name": "gil", "DisplayName": "Gil", "Password": GENERATED}),
            PlannedStep("UpdateUser", {"UserId": FromStep(0, "UserId"), "City": "Oslo"}, needs=0),
        ]
        made = drafts.create_change(adam, organization, "two", steps)
        first, second = made.steps.order_by("position")
        assert first.params["Password"] == {"$generated": True}
        assert (second.params["UserId"], second.target) == ({"$from": [0, "UserId"]}, "")
        assert made.secrets == {}

    def test_keeps_what_was_typed_out_of_its_rows(self, adam: Actor, organization: Organization) -> None:
        step = PlannedStep("ResetPassword", {"UserId": ADA, "Password": "correct horse 9"})
        made = drafts.create_change(adam, organization, "one", [step])
        assert made.steps.get().params["Password"] == "[secret]"
        assert made.secrets == {0: {"Password": "correct horse 9"}}
