"""What AWS's refusals mean, in the words of whoever asked."""

import pytest
from django import forms

from console.aws import errors, model
from console.aws.catalogue import CATALOGUE, Access
from console.web import aws_errors, aws_messages

AREAS = ("users", "groups", "resources", "mailboxes", "exports")
WRITES = [rule.name for rule in CATALOGUE.values() if rule.access is not Access.READ and rule.area in AREAS]


class Form(forms.Form):
    Alias = forms.CharField()


class TestExplaining:
    @pytest.mark.parametrize("operation", WRITES)
    def test_every_refusal_that_the_operation_lists_has_words(self, operation: str) -> None:
        assert [code for code in model.error_codes(operation) if code not in aws_messages.MESSAGES] == []

    def test_what_nobody_knows_is_said_to_be_refused(self) -> None:
        assert aws_errors.explain_error(errors.Refused("Strange", "because")) is aws_messages.OTHER_REFUSAL

    def test_silence_after_sending_a_write_promises_nothing(self) -> None:
        told = aws_errors.explain_error(errors.Unreachable("timeout", sent=True))
        assert "may have been done" in told.happened
        assert told.not_happened == ""

    @pytest.mark.parametrize(("sent", "wrote"), [(False, True), (True, False)])
    def test_silence_is_harmless_otherwise(self, *, sent: bool, wrote: bool) -> None:
        failure = errors.Unreachable("timeout", sent=sent)
        assert aws_errors.explain_error(failure, wrote=wrote) is aws_messages.NOT_REACHED

    def test_throttling_is_no_refusal(self) -> None:
        assert aws_errors.explain_error(errors.Throttled("ThrottlingException", "slow")).status == 503

    def test_the_detail_names_code_and_request(self) -> None:
        failure = errors.Refused("EntityStateException", "it is enabled", "r-1")
        assert aws_errors.error_detail(failure) == "EntityStateException: it is enabled (r-1)"


class TestForms:
    def test_a_refusal_stands_at_the_field_it_is_about(self) -> None:
        form = Form({"Alias": "a@b.example"})
        assert aws_errors.add_to_form(form, errors.Refused("EmailAddressInUseException", "taken"))
        assert form.errors.keys() == {"Alias"}

    def test_a_problem_of_another_member_stands_above(self) -> None:
        form = Form({"Alias": "a@b.example"})
        assert aws_errors.add_to_form(
            form, errors.Invalid([model.Problem("EntityId", "minimum", "is too short")])
        )
        assert form.errors == {"__all__": ["EntityId is too short."]}

    def test_silence_wants_a_page_of_its_own(self) -> None:
        form = Form({"Alias": "a@b.example"})
        assert not aws_errors.add_to_form(form, errors.Unreachable("timeout"))
        assert form.is_valid()
