"""Forms over operations: AWS's own limits, only what changed is sent, nobody's change is overwritten."""

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template

from console.aws.model import Problem
from console.ui.form_fields import fields_from_model, member_label
from console.ui.forms import ConfirmForm, OperationForm, ReasonForm, Snapshot, find_conflicts

CURRENT = {
    "DisplayName": "Ana Beltrán",
    "FirstName": "Ana",
    "Role": "USER",
    "HiddenFromGlobalAddressList": False,
}


class Person(OperationForm):
    operation = "UpdateUser"
    members = ("DisplayName", "FirstName", "Role", "HiddenFromGlobalAddressList", "IdentityProviderUserId")
    labels = {"DisplayName": "Name"}


class Room(OperationForm):
    operation = "UpdateResource"
    members = ("Name", "Description", "BookingOptions.AutoAcceptRequests")


def sent(**typed: Any) -> dict[str, Any]:
    return {"DisplayName": "Ana Beltrán", "FirstName": "Ana", "Role": "USER", **typed}


def loaded(current: dict[str, Any], subject: str = "ana") -> dict[str, str]:
    form = Person(current=current, subject=subject)
    assert form.snapshot is not None
    return {Snapshot.name: form.snapshot.sign(form.current)}


class TestFieldsFromTheModel:
    def test_limits_choices_and_labels_are_the_models(self) -> None:
        fields = fields_from_model("UpdateUser", Person.members, Person.labels, {"FirstName": "Given name."})
        assert isinstance(fields["DisplayName"], forms.CharField)
        assert fields["DisplayName"].max_length == 256
        assert fields["DisplayName"].label == "Name"
        assert fields["FirstName"].help_text == "Given name."
        role = fields["Role"]
        assert isinstance(role, forms.ChoiceField)
        values = [value for value, _ in list(role.widget.choices)]
        assert values == ["", "USER", "RESOURCE", "SYSTEM_USER", "REMOTE_USER"]
        assert isinstance(fields["HiddenFromGlobalAddressList"], forms.BooleanField)
        assert not fields["HiddenFromGlobalAddressList"].required

    def test_a_required_member_is_a_required_field(self) -> None:
        fields = fields_from_model("UpdateMailboxQuota", ["MailboxQuota"])
        quota = fields["MailboxQuota"]
        assert isinstance(quota, forms.IntegerField)
        assert (quota.required, quota.min_value) == (True, 1)

    def test_long_free_text_has_several_lines(self) -> None:
        field = fields_from_model("StartMailboxExportJob", ["Description"])["Description"]
        assert isinstance(field.widget, forms.Textarea)

    def test_what_no_single_field_holds_is_refused(self) -> None:
        with pytest.raises(TypeError):
            fields_from_model("UpdateResource", ["BookingOptions"])
        with pytest.raises(KeyError):
            fields_from_model("UpdateUser", ["Nickname"])

    def test_a_member_without_a_label_is_spelled_out(self) -> None:
        assert member_label("BookingOptions.AutoAcceptRequests") == "Auto accept requests"

    def test_patterns_and_lengths_refuse_at_their_field(self) -> None:
        form = Person(sent(IdentityProviderUserId="nobody", DisplayName="x" * 257), current=CURRENT)
        assert not form.is_valid()
        assert set(form.errors) == {"IdentityProviderUserId", "DisplayName"}
        assert len(form.errors["DisplayName"]) == 1

    def test_an_address_is_refused_in_words(self) -> None:
        (field,) = fields_from_model("CreateAlias", ["Alias"]).values()
        with pytest.raises(ValidationError, match="Write it like"):
            field.clean("nonsense")


class TestWhatIsSent:
    def test_only_what_changed(self) -> None:
        form = Person(sent(FirstName="Anna"), current=CURRENT)
        assert form.is_valid(), form.errors
        assert form.params() == {"FirstName": "Anna"}

    def test_an_emptied_field_clears(self) -> None:
        form = Person(sent(FirstName=""), current=CURRENT)
        assert form.is_valid()
        assert form.params() == {"FirstName": ""}

    def test_nothing_when_nothing_changed(self) -> None:
        form = Person(sent(), current={**CURRENT, "HiddenFromGlobalAddressList": None})
        assert form.is_valid()
        assert form.params() == {}

    def test_a_ticked_box_is_true(self) -> None:
        form = Person(sent(HiddenFromGlobalAddressList="on"), current=CURRENT)
        assert form.is_valid()
        assert form.params() == {"HiddenFromGlobalAddressList": True}

    def test_everything_for_an_operation_that_replaces(self) -> None:
        form = Person(sent(FirstName=""), current=CURRENT)
        assert form.is_valid()
        whole = {
            "DisplayName": "Ana Beltrán",
            "FirstName": "",
            "Role": "USER",
            "HiddenFromGlobalAddressList": False,
        }
        assert form.whole() == whole

    def test_structures_are_put_together(self) -> None:
        current = {"Name": "aula", "BookingOptions": {"AutoAcceptRequests": False}}
        form = Room({"Name": "aula", "BookingOptions.AutoAcceptRequests": "on"}, current=current)
        assert form.is_valid(), form.errors
        assert form.params() == {"BookingOptions": {"AutoAcceptRequests": True}}


class PersonAndWhy(Person, ReasonForm):
    pass


class TestTheOrder:
    def test_what_is_asked_comes_before_why(self) -> None:
        assert list(PersonAndWhy().fields) == [*Person.members, "reason", "ticket"]

    def test_or_where_the_form_says(self) -> None:
        ordered = type("Ordered", (PersonAndWhy,), {"field_order": ("ticket", "FirstName")})
        assert list(ordered().fields)[:2] == ["ticket", "FirstName"]


class TestProblemsOfTheGateway:
    def test_they_stand_at_their_field_or_above_the_form(self) -> None:
        form = Person(sent(), current=CURRENT)
        assert form.is_valid()
        form.apply(
            [
                Problem("FirstName", "pattern", "has a form that is not allowed"),
                Problem("UserId", "required", "is required"),
            ]
        )
        assert form.errors["FirstName"] == ["This has a form that is not allowed."]
        assert form.non_field_errors() == ["UserId is required."]


class TestSomebodyElse:
    def test_whoever_loaded_what_is_still_there_may_save(self) -> None:
        form = Person({**sent(FirstName="Anna"), **loaded(CURRENT)}, current=CURRENT, subject="ana")
        assert form.is_valid(), form.errors

    def test_a_change_in_between_is_shown_and_not_overwritten(self) -> None:
        now = {**CURRENT, "DisplayName": "Ana B."}
        form = Person({**sent(FirstName="Anna"), **loaded(CURRENT)}, current=now, subject="ana")
        assert not form.is_valid()
        (difference,) = form.differences
        assert (difference.label, difference.loaded, difference.now) == ("Name", "Ana Beltrán", "Ana B.")
        page = Template("{{ form }}").render(Context({"form": form}))
        assert 'value="Anna"' in page
        assert "Ana B." in page

    def test_seen_and_saved_again_it_is_meant(self) -> None:
        now = {**CURRENT, "DisplayName": "Ana B."}
        form = Person({**sent(), **loaded(now)}, current=now, subject="ana")
        assert form.is_valid()
        assert form.params() == {"DisplayName": "Ana Beltrán"}

    @pytest.mark.parametrize("value", ["", "forged", loaded(CURRENT)["loaded"][:-2]])
    def test_a_snapshot_that_is_not_ours_is_none(self, value: str) -> None:
        form = Person({**sent(), "loaded": value}, current=CURRENT, subject="ana")
        assert not form.is_valid()
        assert form.non_field_errors()

    def test_a_snapshot_of_one_person_is_none_of_another(self) -> None:
        form = Person({**sent(), **loaded(CURRENT, "ben")}, current=CURRENT, subject="ana")
        assert not form.is_valid()

    def test_nothing_and_empty_are_the_same(self) -> None:
        assert find_conflicts({"a": None, "b": "", "c": False}, {"a": "", "c": None}) == []
        assert find_conflicts({"a": "x"}, {"b": 1}) == [("a", "x", None), ("b", None, 1)]


class TestConfirming:
    def test_only_the_exact_text_confirms(self) -> None:
        assert ConfirmForm({"typed": "ana@a.example"}, expected="ana@a.example").is_valid()
        assert not ConfirmForm({"typed": "Ana@a.example"}, expected="ana@a.example").is_valid()
        assert not ConfirmForm({}, expected="ana@a.example").is_valid()

    def test_without_a_text_a_click_is_enough(self) -> None:
        form = ConfirmForm({"reason": "left", "ticket": "T-1"})
        assert form.is_valid()
        assert form.why() == {"reason": "left", "ticket": "T-1"}


class TestHowAFieldLooks:
    def test_help_and_errors_are_tied_to_the_input(self) -> None:
        page = Template("{{ form }}").render(Context({"form": ReasonForm({"reason": "x" * 501})}))
        assert 'id="id_reason_helptext"' in page
        assert 'id="id_reason_error"' in page
        assert 'aria-invalid="true"' in page
        described = page.split('aria-describedby="')[1].split('"')[0].split()
        assert {"id_reason_helptext", "id_reason_error"} <= set(described)
        assert 'class="form-control is-invalid"' in page
