"""What of AWS's answers a write is about: one row an operation, asked before it, after it, and to undo it.

A facet is a mapping from what a reader would call a field to its value; `None` is nothing there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from console.aws import model
from console.aws.catalogue import CATALOGUE, DESCRIBE, KINDS, Operation

Values = dict[str, Any]
Shown = Mapping[str, Any]  # answers of reads by operation, as the ledger keeps them
Params = Mapping[str, Any]
# The read's name for a member of the write, where they differ.
READ_AS = {"UpdateUser": {"Role": "UserRole"}, "CreateUser": {"Role": "UserRole"}}


@dataclass(frozen=True, slots=True)
class Facet:
    """`now` finds the values in what the write's reads show, `then` says what they will be."""

    now: Callable[[Shown, Params], Values]
    then: Callable[[Values, Params], Values]


def now(operation: str, shown: Shown, params: Params) -> Values:
    """The values as the write's reads show them; empty for what nothing shows."""
    return facet(operation).now(shown, params)


def then(operation: str, values: Values, params: Params) -> Values:
    """The values once the write is done."""
    return facet(operation).then(values, params)


def facet(operation: str) -> Facet:
    return FACETS.get(operation) or _members(CATALOGUE[operation])


def is_readable(operation: str, name: str) -> bool:
    """Return whether any read shows what the write calls `name`; no read shows a password."""
    if operation in FACETS:
        return True
    rule, member = CATALOGUE[operation], READ_AS.get(operation, {}).get(name, name)
    reads = [each.operation for each in rule.reads[:1]]
    shown = KINDS.values() if reads == [DESCRIBE] else reads
    return any(member in model.output_members(read) for read in shown)


def first(shown: Shown) -> Mapping[str, Any]:
    """What the first of the write's reads shows."""
    found: Mapping[str, Any] = next(iter(shown.values()), {})
    return found


def given(rule: Operation, params: Params) -> Values:
    """The members of a write that say what it changes: not on whom, and not which call it is."""
    apart = {"OrganizationId", rule.target, model.token_member(rule.name)}
    return {name: value for name, value in params.items() if name not in apart}


def _members(rule: Operation) -> Facet:
    """Members of the write that its first read shows by the same name, or by that of `READ_AS`."""
    spelled = READ_AS.get(rule.name, {})

    def find(shown: Shown, params: Params) -> Values:
        found = first(shown)
        names = (name for name in given(rule, params) if _shows(rule, spelled.get(name, name)))
        return {name: _value(found.get(spelled.get(name, name))) for name in names}

    def become(values: Values, params: Params) -> Values:
        return {name: _merged(value, params[name]) for name, value in values.items()}

    return Facet(find, become)


def _shows(rule: Operation, member: str) -> bool:
    if not rule.reads or rule.creates:
        return bool(rule.creates)
    reads = KINDS.values() if rule.reads[0].operation == DESCRIBE else [rule.reads[0].operation]
    return any(member in model.output_members(read) for read in reads)


def _value(value: Any) -> Any:
    """AWS leaves out what is empty; an unticked box and nothing are one."""
    return None if value in ("", False, [], {}) else value


def _merged(before: Any, asked: Any) -> Any:
    if isinstance(before, Mapping) and isinstance(asked, Mapping):
        return {**before, **asked}
    return _value(asked)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list that the first read shows: there with a value, or not there."""

    listing: str
    label: Callable[[Params], str]
    matches: Callable[[Params, Any], bool]
    shows: Callable[[Any], Any] = lambda _: True

    def becoming(self, value: Callable[[Params], Any]) -> Facet:
        return Facet(self.find, lambda _, params: {self.label(params): _value(value(params))})

    def going(self) -> Facet:
        return self.becoming(lambda _: None)

    def find(self, shown: Shown, params: Params) -> Values:
        rows = (row for row in first(shown).get(self.listing, []) if self.matches(params, row))
        return {self.label(params): next((_value(self.shows(row)) for row in rows), None)}


def _same(*pairs: str) -> Callable[[Params, Any], bool]:
    """Rows whose members equal the write's: `GroupId`, or `Id=EntityId` where names differ."""
    named = [(row, param or row) for row, _, param in (pair.partition("=") for pair in pairs)]

    def matches(params: Params, row: Any) -> bool:
        return all(
            str(row.get(of_row, "")).casefold() == str(params.get(of_params, "")).casefold()
            for of_row, of_params in named
        )

    return matches


def _rule(row: Any) -> Values:
    """A rule without its dates, which AWS sets."""
    apart = (
        "DateCreated",
        "DateModified",
        "OrganizationId",
        "ClientToken",
        "Name",
        "MobileDeviceAccessRuleId",
    )
    return {name: value for name, value in row.items() if name not in apart and value not in (None, [], "")}


def _alias(params: Params, row: Any) -> bool:
    return bool(str(row).casefold() == str(params["Alias"]).casefold())


def _state(enabled: bool) -> Facet:
    """Enabling and disabling: the state, and the address that comes or goes with it."""

    def find(shown: Shown, _: Params) -> Values:
        found = first(shown)
        return {"State": found.get("State"), "Email": found.get("Email")}

    def become(_: Values, params: Params) -> Values:
        return {"State": "ENABLED" if enabled else "DISABLED", "Email": params.get("Email")}

    return Facet(find, become)


def _deleted() -> Facet:
    return Facet(lambda shown, _: {"State": first(shown).get("State")}, lambda _, __: {"State": "DELETED"})


def _primary(shown: Shown, _: Params) -> Values:
    return {"Email": first(shown).get("Email")}


def _tags(shown: Shown, params: Params) -> Values:
    held = {tag["Key"]: tag["Value"] for tag in first(shown).get("Tags", [])}
    keys = params.get("TagKeys") or [tag["Key"] for tag in params.get("Tags", [])]
    return {f"Tag {key}": held.get(key) for key in keys}


def _tagged(values: Values, params: Params) -> Values:
    asked = {f"Tag {tag['Key']}": tag["Value"] for tag in params.get("Tags", [])}
    return {name: asked.get(name) for name in values}


def _default_domain(shown: Shown, _: Params) -> Values:
    domains = first(shown).get("MailDomains", [])
    return {
        "Default domain": next((each["DomainName"] for each in domains if each.get("DefaultDomain")), None)
    }


def _retention(shown: Shown, params: Params) -> Values:
    held = {each["Name"]: each for each in first(shown).get("FolderConfigurations", [])}
    return {
        f"Folder {name}": _folder(held.get(name)) for name in held | {f["Name"]: f for f in _folders(params)}
    }


def _folders(params: Params) -> list[Any]:
    return list(params.get("FolderConfigurations", []))


def _folder(row: Any) -> Any:
    return {name: row[name] for name in ("Action", "Period") if row.get(name)} if row else None


def _folders_kept(shown: Shown, _: Params) -> Values:
    return {"Folders": {each["Name"]: _folder(each) for each in _folders(first(shown))} or None}


def _retained(values: Values, params: Params) -> Values:
    asked = {f"Folder {each['Name']}": _folder(each) for each in _folders(params)}
    return {name: asked.get(name) for name in values}


def _present(name: str) -> Facet:
    """The whole of what the first read shows, which goes."""
    return Facet(lambda shown, _: {name: dict(first(shown)) or None}, lambda _, __: {name: None})


def _shown(*names: str) -> Callable[[Any], Values]:
    """These members of a row, as far as they have a value."""
    return lambda row: {name: row[name] for name in names if row.get(name)}


def _providers(params: Params) -> Values:
    """As the list shows it: without the password."""
    ews = {name: value for name, value in params.get("EwsProvider", {}).items() if name != "EwsPassword"}
    if ews:
        return {"EwsProvider": ews, "ProviderType": "EWS"}
    return {"LambdaProvider": params.get("LambdaProvider"), "ProviderType": "LAMBDA"}


def _named_rule(row: Any) -> Values:
    return {"Name": row["Name"], **_rule(row)}


def _organization_state(shown: Shown, _: Params) -> Values:
    """What is being deleted counts as deleted: it takes WorkMail a while, and nothing stops it."""
    state = first(shown).get("State")
    return {"State": "Deleted" if state == "Deleting" else state}


def _answer(member: str, value: str) -> Facet:
    return Facet(lambda shown, _: {member: first(shown).get(member)}, lambda _, __: {member: value})


MEMBER, ALIAS, ANSWERS, REGISTERED = "a member", "an alias", "answers requests", "registered"
# With the member in it: a change may put many into one group.
GROUP = Row(
    "Groups",
    lambda params: f"{params['MemberId']} in group {params['GroupId']}",
    _same("GroupId"),
    lambda _: MEMBER,
)
DELEGATE = Row(
    "Delegates", lambda params: f"Delegate {params['EntityId']}", _same("Id=EntityId"), lambda _: ANSWERS
)
ADDRESS = Row("Aliases", lambda params: f"Address {params['Alias']}", _alias, lambda _: ALIAS)
PERMISSION = Row(
    "Permissions",
    lambda params: f"Access of {params['GranteeId']}",
    _same("GranteeId"),
    lambda row: sorted(row["PermissionValues"]),
)
DOMAIN = Row(
    "MailDomains", lambda params: str(params["DomainName"]), _same("DomainName"), lambda _: REGISTERED
)
ACCESS_RULE = Row("Rules", lambda params: f"Rule {params['Name']}", _same("Name"), _rule)
MOBILE_RULE = Row(
    "Rules",
    lambda params: f"Rule {params['MobileDeviceAccessRuleId']}",
    _same("MobileDeviceAccessRuleId"),
    _named_rule,
)
NEW_MOBILE_RULE = Row(
    "Rules",
    lambda params: f"Rule {params['Name']}",
    lambda params, row: row["MobileDeviceAccessRuleId"] == params.get("MobileDeviceAccessRuleId"),
    _rule,
)
OVERRIDE = Row(
    "Overrides",
    lambda params: f"Device {params['DeviceId']}",
    _same("DeviceId"),
    _shown("Effect", "Description"),
)
AVAILABILITY = Row(
    "AvailabilityConfigurations",
    lambda params: f"Availability of {params['DomainName']}",
    _same("DomainName"),
    _shown("EwsProvider", "LambdaProvider", "ProviderType"),
)
FACETS: dict[str, Facet] = {
    "DeleteOrganization": Facet(_organization_state, lambda _, __: {"State": "Deleted"}),
    "TagResource": Facet(_tags, _tagged),
    "UntagResource": Facet(_tags, _tagged),
    "DeleteUser": _answer("State", "DELETED"),
    "DeleteGroup": _answer("State", "DELETED"),
    "DeleteResource": _answer("State", "DELETED"),
    "AssociateMemberToGroup": GROUP.becoming(lambda _: MEMBER),
    "DisassociateMemberFromGroup": GROUP.going(),
    "AssociateDelegateToResource": DELEGATE.becoming(lambda _: ANSWERS),
    "DisassociateDelegateFromResource": DELEGATE.going(),
    "RegisterToWorkMail": _state(enabled=True),
    "DeregisterFromWorkMail": _state(enabled=False),
    "CreateAlias": ADDRESS.becoming(lambda _: ALIAS),
    "DeleteAlias": ADDRESS.going(),
    "UpdatePrimaryEmailAddress": Facet(_primary, lambda _, params: {"Email": params["Email"]}),
    "PutMailboxPermissions": PERMISSION.becoming(lambda params: sorted(params["PermissionValues"])),
    "DeleteMailboxPermissions": PERMISSION.going(),
    "CancelMailboxExportJob": _answer("State", "CANCELLED"),
    "RegisterMailDomain": DOMAIN.becoming(lambda _: REGISTERED),
    "DeregisterMailDomain": DOMAIN.going(),
    "UpdateDefaultMailDomain": Facet(
        _default_domain, lambda _, params: {"Default domain": params["DomainName"]}
    ),
    "PutAccessControlRule": ACCESS_RULE.becoming(_rule),
    "DeleteAccessControlRule": ACCESS_RULE.going(),
    "CreateMobileDeviceAccessRule": NEW_MOBILE_RULE.becoming(_rule),
    "UpdateMobileDeviceAccessRule": MOBILE_RULE.becoming(_named_rule),
    "DeleteMobileDeviceAccessRule": MOBILE_RULE.going(),
    "PutMobileDeviceAccessOverride": OVERRIDE.becoming(_shown("Effect", "Description")),
    "DeleteMobileDeviceAccessOverride": OVERRIDE.going(),
    "DeleteImpersonationRole": _present("Role"),
    "PutRetentionPolicy": Facet(_retention, _retained),
    "DeleteRetentionPolicy": Facet(_folders_kept, lambda _, __: {"Folders": None}),
    "CreateAvailabilityConfiguration": AVAILABILITY.becoming(_providers),
    "UpdateAvailabilityConfiguration": AVAILABILITY.becoming(_providers),
    "DeleteAvailabilityConfiguration": AVAILABILITY.going(),
    "DeleteEmailMonitoringConfiguration": _present("Monitoring"),
    "DeleteIdentityProviderConfiguration": _present("Identity provider"),
    "DeletePersonalAccessToken": _present("Token"),
}
