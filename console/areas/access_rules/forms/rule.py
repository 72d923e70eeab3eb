"""One access control rule, as people think of it: whom, by what, from where."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.areas.access_rules import grouping
from console.areas.access_rules.forms.fields import NetworksField, PeopleField
from console.areas.access_rules.wording import Wording
from console.mirror.models import EntityQuerySet
from console.rules.access import ACTIONS
from console.ui.forms import OperationForm

EFFECTS = [("DENY", "Deny"), ("ALLOW", "Allow")]
LABELS = {
    "ActiveSync": "ActiveSync: phones and tablets",
    "AutoDiscover": "AutoDiscover: finding the mailbox",
    "EWS": "EWS: Outlook for Mac, other programs",
    "IMAP": "IMAP: other mail programs",
    "SMTP": "SMTP: sending from other mail programs",
    "WindowsOutlook": "WindowsOutlook: Outlook for Windows",
    "WebMail": "WebMail: the browser",
}
PROTOCOLS = [(action, LABELS[action]) for action in ACTIONS]
LISTS = ("Actions", "IpRanges", "UserIds", "ImpersonationRoleIds")
EXCEPTIONS = ("NotActions", "NotIpRanges", "NotUserIds", "NotImpersonationRoleIds")
ADVICE = (
    "Outlook for Windows needs AutoDiscover and EWS, too (AWS's advice). None ticked means every protocol."
)


class RuleForm(OperationForm):
    """`rule` is the one that is changed, as WorkMail has it: its name stays."""

    operation = "PutAccessControlRule"
    members = ("Name", "Effect", "Description")
    help_texts = {
        "Name": "Letters, digits, - and _. It cannot be changed later.",
        "Description": "Empty: the rule as a sentence.",
    }

    def __init__(
        self,
        *args: Any,
        rule: Mapping[str, Any] | None,
        people: EntityQuerySet,
        wording: Wording,
        addresses: Mapping[str, str],
        taken: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        self.rule, self.wording, self.taken = rule or {}, wording, taken
        super().__init__(*args, current=self.rule, initial=self._loaded(addresses), **kwargs)
        self.fields["Effect"] = forms.ChoiceField(choices=EFFECTS, widget=forms.RadioSelect, initial="DENY")
        self.fields["Description"].required = False
        if self.rule:
            del self.fields["Name"]
        self._add_lists(people)

    def _loaded(self, addresses: Mapping[str, str]) -> dict[str, Any]:
        """What the rule has, people by address and ranges by the names of networks."""
        found: dict[str, Any] = {name: self.rule.get(name) or [] for name in (*LISTS, *EXCEPTIONS)}
        for name in ("UserIds", "NotUserIds"):
            found[name] = [addresses.get(each, each) for each in found[name]]
        for name in ("IpRanges", "NotIpRanges"):
            found[name] = self.wording.called(found[name])
        return {**found, **({} if self.rule else {"Effect": "DENY"})}

    def _add_lists(self, people: EntityQuerySet) -> None:
        roles = [(each, self.wording.roles.get(each, each)) for each in self._roles()]
        networks = self.wording.networks
        where, one = "A network's name or a range, one a line.", "One a line: a name, username or address."
        add = self.fields
        add["UserIds"] = PeopleField(
            people=people, label="People", help_text=f"{one} Empty means everybody.", rows=4
        )
        add["Actions"] = _choices(PROTOCOLS, "Protocols", ADVICE)
        add["IpRanges"] = NetworksField(
            networks=networks, label="Only from", help_text=f"{where} Empty means anywhere."
        )
        add["NotIpRanges"] = NetworksField(networks=networks, label="Outside of", help_text=where)
        add["NotUserIds"] = PeopleField(
            people=people, label="Everybody but these people", help_text=f"{one} At most ten."
        )
        add["NotActions"] = _choices(PROTOCOLS, "Every protocol but these")
        add["ImpersonationRoleIds"] = _choices(roles, "Impersonation roles only")
        add["NotImpersonationRoleIds"] = _choices(roles, "All but these impersonation roles")

    def _roles(self) -> list[str]:
        named = [
            *(self.rule.get("ImpersonationRoleIds") or ()),
            *(self.rule.get("NotImpersonationRoleIds") or ()),
        ]
        return list(dict.fromkeys([*self.wording.roles, *named]))

    def clean_Name(self) -> str:  # noqa: N802 - Django's name for the check of a field that is called as AWS calls it
        name = str(self.cleaned_data["Name"])
        if name in self.taken:
            raise ValidationError("There is a rule of this name already; saving would replace it.")
        return name

    def clean_NotUserIds(self) -> list[str]:  # noqa: N802 - as above
        """Two rules that each except ten people would except nobody: parts cannot be made of these."""
        people: list[str] = self.cleaned_data["NotUserIds"]
        if len(people) > grouping.MOST:
            raise ValidationError(
                f"WorkMail can except at most {grouping.MOST} people; these are {len(people)}."
            )
        return people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = str(cleaned.get("Name") or "")
        if len(cleaned.get("UserIds") or ()) > grouping.MOST and len(name) > grouping.LONGEST:
            self.add_error(
                "Name", f"More than ten people make several rules: at most {grouping.LONGEST} characters."
            )
        return cleaned

    @property
    def exceptions(self) -> list[Any]:
        return [self[name] for name in EXCEPTIONS if name != "NotIpRanges"] + [self["ImpersonationRoleIds"]]

    @property
    def has_exceptions(self) -> bool:
        return any(field.value() or field.errors for field in self.exceptions)

    def asked(self) -> dict[str, Any]:
        """The rule that is wanted, with any number of people."""
        given = {name: self.cleaned_data[name] for name in (*LISTS, *EXCEPTIONS) if self.cleaned_data[name]}
        name = self.rule.get("Name") or self.cleaned_data["Name"]
        return {"Name": name, "Effect": self.cleaned_data["Effect"], **given}

    def described(self, rule: Mapping[str, Any], wording: Wording) -> dict[str, Any]:
        """The same with the description that was typed, or a sentence in its place: AWS asks for one."""
        return {**rule, "Description": self.cleaned_data["Description"] or latin(wording.sentence(rule))}


def _choices(choices: list[tuple[str, str]], label: str, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices,
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def latin(text: str) -> str:
    """As a description may be: Latin-1 without control characters, at most 255 of them."""
    return "".join(each if " " <= each <= "ÿ" else "?" for each in text)[:255]
