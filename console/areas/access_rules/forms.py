"""Forms of access rules, named networks and protected users."""

from collections.abc import Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.actor import Actor
from console.areas.access_rules import rule_groups
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.access_rules.wording import RuleWording
from console.areas.entities.forms import EntityField, match_entity
from console.mirror.models import Entity, EntityQuerySet
from console.rules.access import ACTIONS
from console.ui.address_list import parse_addresses
from console.ui.form_fields import LinesField
from console.ui.forms import OperationForm
from console.web.record_forms import RecordDeletionForm, RecordForm, delete_record


class UsersField(LinesField):
    """Users, one or more a line, by email address, alias, username or id; the value is their ids."""

    def __init__(self, *, people: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.people = people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)

    def values_of(self, line: str) -> list[Any]:
        return [match_entity(self.people, mention.text).entity_id for mention in parse_addresses(line)]


class NetworksField(LinesField):
    """IPv4 ranges, one a line; the name of a network stands for its ranges."""

    def __init__(self, *, networks: Mapping[str, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.networks = {name.casefold(): ranges for name, ranges in networks.items()}

    def values_of(self, line: str) -> list[Any]:
        known = self.networks.get(line.casefold())
        return list(known) if known is not None else [parse_range(line)]


def parse_range(text: str) -> str:
    """Return a range in WorkMail's notation; a single address is a range of one."""
    try:
        return str(IPv4Network(text, strict=False))
    except (AddressValueError, NetmaskValueError, ValueError):
        pass
    if ":" in text:
        raise ValidationError(f"{text} is IPv6, which WorkMail's rules do not know.")
    raise ValidationError(f"{text} is neither the name of a network nor a range such as 203.0.113.0/24.")


EFFECT_CHOICES = [("DENY", "Deny"), ("ALLOW", "Allow")]
PROTOCOL_LABELS = {
    "ActiveSync": "ActiveSync: phones and tablets",
    "AutoDiscover": "AutoDiscover: finding the mailbox",
    "EWS": "EWS: Outlook for Mac, other programs",
    "IMAP": "IMAP: other mail programs",
    "SMTP": "SMTP: sending from other mail programs",
    "WindowsOutlook": "WindowsOutlook: Outlook for Windows",
    "WebMail": "WebMail: the browser",
}
PROTOCOL_CHOICES = [(action, PROTOCOL_LABELS[action]) for action in ACTIONS]
LIST_MEMBERS = ("Actions", "IpRanges", "UserIds", "ImpersonationRoleIds")
EXCEPTION_MEMBERS = ("NotActions", "NotIpRanges", "NotUserIds", "NotImpersonationRoleIds")
PROTOCOL_HELP = (
    "Outlook for Windows needs AutoDiscover and EWS, too (AWS's advice). None ticked means every protocol."
)


class AccessRuleForm(OperationForm):
    """A new access rule, or `rule` as WorkMail has it; the name of an existing rule cannot be changed."""

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
        wording: RuleWording,
        addresses: Mapping[str, str],
        taken: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        self.rule, self.wording, self.taken = rule or {}, wording, taken
        super().__init__(*args, current=self.rule, initial=self._loaded(addresses), **kwargs)
        self.fields["Effect"] = forms.ChoiceField(
            choices=EFFECT_CHOICES, widget=forms.RadioSelect, initial="DENY"
        )
        self.fields["Description"].required = False
        if self.rule:
            del self.fields["Name"]
        self._add_lists(people)

    def _loaded(self, addresses: Mapping[str, str]) -> dict[str, Any]:
        """Return the initial values: users by email address, ranges by the names of networks."""
        values: dict[str, Any] = {
            name: self.rule.get(name) or [] for name in (*LIST_MEMBERS, *EXCEPTION_MEMBERS)
        }
        for name in ("UserIds", "NotUserIds"):
            values[name] = [addresses.get(each, each) for each in values[name]]
        for name in ("IpRanges", "NotIpRanges"):
            values[name] = self.wording.called(values[name])
        return {**values, **({} if self.rule else {"Effect": "DENY"})}

    def _add_lists(self, people: EntityQuerySet) -> None:
        roles = [(each, self.wording.roles.get(each, each)) for each in self._roles()]
        networks = self.wording.networks
        where, one = "A network's name or a range, one a line.", "One a line: a name, username or address."
        add = self.fields
        add["UserIds"] = UsersField(
            people=people, label="People", help_text=f"{one} Empty means everybody.", rows=4
        )
        add["Actions"] = _checkbox_field(PROTOCOL_CHOICES, "Protocols", PROTOCOL_HELP)
        add["IpRanges"] = NetworksField(
            networks=networks, label="Only from", help_text=f"{where} Empty means anywhere."
        )
        add["NotIpRanges"] = NetworksField(networks=networks, label="Outside of", help_text=where)
        add["NotUserIds"] = UsersField(
            people=people, label="Everybody but these people", help_text=f"{one} At most ten."
        )
        add["NotActions"] = _checkbox_field(PROTOCOL_CHOICES, "Every protocol but these")
        add["ImpersonationRoleIds"] = _checkbox_field(roles, "Impersonation roles only")
        add["NotImpersonationRoleIds"] = _checkbox_field(roles, "All but these impersonation roles")

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
        """Limit the exceptions to ten: split in parts, each part would allow what the other excepts."""
        people: list[str] = self.cleaned_data["NotUserIds"]
        if len(people) > rule_groups.MAX_USERS:
            raise ValidationError(
                f"WorkMail can except at most {rule_groups.MAX_USERS} people; these are {len(people)}."
            )
        return people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = str(cleaned.get("Name") or "")
        if (
            len(cleaned.get("UserIds") or ()) > rule_groups.MAX_USERS
            and len(name) > rule_groups.MAX_NAME_LENGTH
        ):
            self.add_error(
                "Name",
                f"More than ten people make several rules: at most {rule_groups.MAX_NAME_LENGTH} characters.",
            )
        return cleaned

    @property
    def exceptions(self) -> list[Any]:
        return [self[name] for name in EXCEPTION_MEMBERS if name != "NotIpRanges"] + [
            self["ImpersonationRoleIds"]
        ]

    @property
    def has_exceptions(self) -> bool:
        return any(field.value() or field.errors for field in self.exceptions)

    def asked(self) -> dict[str, Any]:
        """Return the rule, with any number of users."""
        members = {
            name: self.cleaned_data[name]
            for name in (*LIST_MEMBERS, *EXCEPTION_MEMBERS)
            if self.cleaned_data[name]
        }
        name = self.rule.get("Name") or self.cleaned_data["Name"]
        return {"Name": name, "Effect": self.cleaned_data["Effect"], **members}

    def described(self, rule: Mapping[str, Any], wording: RuleWording) -> dict[str, Any]:
        """Return the rule with its description, or with a sentence if none was entered: AWS requires one."""
        return {**rule, "Description": self.cleaned_data["Description"] or to_latin1(wording.sentence(rule))}


def _checkbox_field(
    choices: list[tuple[str, str]], label: str, help_text: str = ""
) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices,
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def to_latin1(text: str) -> str:
    """Return the text as WorkMail accepts a description: printable Latin-1, at most 255 characters."""
    return "".join(each if " " <= each <= "ÿ" else "?" for each in text)[:255]


class AccessTestForm(forms.Form):
    __test__ = False
    Action = forms.ChoiceField(label="Protocol", choices=PROTOCOL_CHOICES)
    IpAddress = forms.CharField(
        label="Address",
        max_length=15,
        help_text="IPv4, as the internet sees the person, such as 203.0.113.7.",
    )

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        living = people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
        self.fields["other"] = EntityField(entities=living, suggest=suggest, label="Person")
        self.order_fields(["other", "Action", "IpAddress"])

    def clean_IpAddress(self) -> str:  # noqa: N802 - Django's name for the check of a field that is called as AWS calls it
        text = str(self.cleaned_data["IpAddress"]).strip()
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise ValidationError("An IPv4 address has four numbers, such as 203.0.113.7.") from None

    def question(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {"person": cleaned["other"], "action": cleaned["Action"], "address": cleaned["IpAddress"]}


class NetworkForm(RecordForm):
    action = "ManageNetworks"
    new_title = "New network"
    ranges = NetworksField(
        networks={},
        required=True,
        rows=4,
        help_text="IPv4 ranges as the internet sees them, one a line, such as 203.0.113.0/24.",
    )

    class Meta:
        model = NamedNetwork
        fields = ["name", "ranges"]
        help_texts = {"name": "The name that operators use, such as Head office."}


class NetworkDeletionForm(RecordDeletionForm):
    action = "ManageNetworks"
    submit = "Forget"
    consequences = ("Rules keep its ranges; they are shown as numbers from then on.",)

    @property
    def title(self) -> str:
        return f"Forget the network {self.row}?"

    def success(self) -> str:
        return f"{self.row} is forgotten."


class ProtectedUserForm(RecordForm):
    action = "ManageProtectedPeople"
    new_title = "Protect a user"
    submit = "Protect"
    note = "No change of access rules may leave them without their mail unless that is typed out."
    unique_field = "other"
    taken = "This user is already protected."

    class Meta:
        model = ProtectedPerson
        fields = ["note"]
        help_texts = {"note": "The reason, such as: on call for IT."}

    def __init__(self, *args: Any, people: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = EntityField(entities=people, suggest=suggest, label="Person")
        self.order_fields(["other", "note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if user := cleaned.get("other"):
            self.instance.entity_id = user.entity_id
        return cleaned

    def success(self) -> str:
        return f"{self.cleaned_data['other']} is protected."

    def audit_fields(self) -> dict[str, str]:
        return {"target": self.instance.entity_id, "target_name": str(self.cleaned_data["other"])}


class UnprotectForm(RecordDeletionForm):
    """The button that ends the protection of a user."""

    def __init__(self, *args: Any, row: ProtectedPerson, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        user = Entity.objects.filter(organization=row.organization, entity_id=row.entity_id).first()
        self.user_name = str(user or row)

    def success(self) -> str:
        return f"{self.user_name} is not protected any more."

    def delete_recorded(self, actor: Actor) -> None:
        delete_record(
            actor,
            "ManageProtectedPeople",
            self.row,
            {"protected": True, "note": self.row.note},
            target=self.row.entity_id,
            target_name=self.user_name,
        )
