"""The fields that each write changes, and how to compute them before and after it.

A facet is a mapping from what a reader would call a field to its value; `None` is nothing there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from console.aws import model
from console.aws.catalogue import CATALOGUE, DESCRIBE, DESCRIBE_BY_KIND, Operation

Values = dict[str, Any]
ReadResults = Mapping[str, Any]  # answers of reads by operation, as the ledger keeps them
Params = Mapping[str, Any]
# The read's name for a member of the write, where they differ.
READ_AS = {"UpdateUser": {"Role": "UserRole"}, "CreateUser": {"Role": "UserRole"}}


@dataclass(frozen=True, slots=True)
class ChangedFields:
    """`now` computes the values from the reads, `then` those after the write."""

    now: Callable[[ReadResults, Params], Values]
    then: Callable[[Values, Params], Values]


def read_values(operation: str, shown: ReadResults, params: Params) -> Values:
    """Return the values that the write's reads show."""
    return get_changed_fields(operation).now(shown, params)


def expected_values(operation: str, values: Values, params: Params) -> Values:
    """Return the values after the write."""
    return get_changed_fields(operation).then(values, params)


def get_changed_fields(operation: str) -> ChangedFields:
    return CHANGED_FIELDS.get(operation) or _same_members(CATALOGUE[operation])


def is_readable(operation: str, name: str) -> bool:
    """Return whether any read shows what the write calls `name`; no read shows a password."""
    if operation in CHANGED_FIELDS:
        return True
    rule, member = CATALOGUE[operation], READ_AS.get(operation, {}).get(name, name)
    reads = [each.operation for each in rule.reads[:1]]
    shown = DESCRIBE_BY_KIND.values() if reads == [DESCRIBE] else reads
    return any(member in model.output_members(read) for read in shown)


def first_result(shown: ReadResults) -> Mapping[str, Any]:
    """Return the result of the write's first read."""
    found: Mapping[str, Any] = next(iter(shown.values()), {})
    return found


def written_members(rule: Operation, params: Params) -> Values:
    """Return the members that say what the write changes, without target and token."""
    apart = {"OrganizationId", rule.target, model.token_member(rule.name)}
    return {name: value for name, value in params.items() if name not in apart}


def _same_members(rule: Operation) -> ChangedFields:
    """Compute the members that the first read shows by the same name, or by that of `READ_AS`."""
    spelled = READ_AS.get(rule.name, {})

    def find(shown: ReadResults, params: Params) -> Values:
        found = first_result(shown)
        names = (name for name in written_members(rule, params) if _is_shown(rule, spelled.get(name, name)))
        return {name: _normalise_empty(found.get(spelled.get(name, name))) for name in names}

    def become(values: Values, params: Params) -> Values:
        return {name: _merge_values(value, params[name]) for name, value in values.items()}

    return ChangedFields(find, become)


def _is_shown(rule: Operation, member: str) -> bool:
    if not rule.reads or rule.creates:
        return bool(rule.creates)
    reads = DESCRIBE_BY_KIND.values() if rule.reads[0].operation == DESCRIBE else [rule.reads[0].operation]
    return any(member in model.output_members(read) for read in reads)


def _normalise_empty(value: Any) -> Any:
    """Return `None` for an empty value, which AWS leaves out."""
    return None if value in ("", False, [], {}) else value


def _merge_values(before: Any, asked: Any) -> Any:
    if isinstance(before, Mapping) and isinstance(asked, Mapping):
        return {**before, **asked}
    return _normalise_empty(asked)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list in the first read: present with a value, or absent."""

    listing: str
    label: Callable[[Params], str]
    matches: Callable[[Params, Any], bool]
    shows: Callable[[Any], Any] = lambda _: True

    def becoming(self, value: Callable[[Params], Any]) -> ChangedFields:
        return ChangedFields(
            self.find, lambda _, params: {self.label(params): _normalise_empty(value(params))}
        )

    def going(self) -> ChangedFields:
        return self.becoming(lambda _: None)

    def find(self, shown: ReadResults, params: Params) -> Values:
        rows = (row for row in first_result(shown).get(self.listing, []) if self.matches(params, row))
        return {self.label(params): next((_normalise_empty(self.shows(row)) for row in rows), None)}


def _match_members(*pairs: str) -> Callable[[Params, Any], bool]:
    """Match rows by members equal to the write's: `GroupId`, or `Id=EntityId` if names differ."""
    named = [(row, param or row) for row, _, param in (pair.partition("=") for pair in pairs)]

    def matches(params: Params, row: Any) -> bool:
        return all(
            str(row.get(of_row, "")).casefold() == str(params.get(of_params, "")).casefold()
            for of_row, of_params in named
        )

    return matches


def _rule_values(row: Any) -> Values:
    """Return a rule without the members that AWS sets."""
    apart = (
        "DateCreated",
        "DateModified",
        "OrganizationId",
        "ClientToken",
        "Name",
        "MobileDeviceAccessRuleId",
    )
    return {name: value for name, value in row.items() if name not in apart and value not in (None, [], "")}


def _match_alias(params: Params, row: Any) -> bool:
    return bool(str(row).casefold() == str(params["Alias"]).casefold())


def _enabled_state(enabled: bool) -> ChangedFields:
    """Compute state and email address of an entity that is enabled or disabled."""

    def find(shown: ReadResults, _: Params) -> Values:
        found = first_result(shown)
        return {"State": found.get("State"), "Email": found.get("Email")}

    def become(_: Values, params: Params) -> Values:
        return {"State": "ENABLED" if enabled else "DISABLED", "Email": params.get("Email")}

    return ChangedFields(find, become)


def _deleted() -> ChangedFields:
    return ChangedFields(
        lambda shown, _: {"State": first_result(shown).get("State")}, lambda _, __: {"State": "DELETED"}
    )


def _primary_address(shown: ReadResults, _: Params) -> Values:
    return {"Email": first_result(shown).get("Email")}


def _tag_values(shown: ReadResults, params: Params) -> Values:
    held = {tag["Key"]: tag["Value"] for tag in first_result(shown).get("Tags", [])}
    keys = params.get("TagKeys") or [tag["Key"] for tag in params.get("Tags", [])]
    return {f"Tag {key}": held.get(key) for key in keys}


def _expected_tags(values: Values, params: Params) -> Values:
    asked = {f"Tag {tag['Key']}": tag["Value"] for tag in params.get("Tags", [])}
    return {name: asked.get(name) for name in values}


def _read_default_domain(shown: ReadResults, _: Params) -> Values:
    domains = first_result(shown).get("MailDomains", [])
    return {
        "Default domain": next((each["DomainName"] for each in domains if each.get("DefaultDomain")), None)
    }


def _folder_policies(shown: ReadResults, params: Params) -> Values:
    held = {each["Name"]: each for each in first_result(shown).get("FolderConfigurations", [])}
    return {
        f"Folder {name}": _folder_values(held.get(name))
        for name in held | {f["Name"]: f for f in _folder_configurations(params)}
    }


def _folder_configurations(params: Params) -> list[Any]:
    return list(params.get("FolderConfigurations", []))


def _folder_values(row: Any) -> Any:
    return {name: row[name] for name in ("Action", "Period") if row.get(name)} if row else None


def _all_folders(shown: ReadResults, _: Params) -> Values:
    return {
        "Folders": {
            each["Name"]: _folder_values(each) for each in _folder_configurations(first_result(shown))
        }
        or None
    }


def _expected_folders(values: Values, params: Params) -> Values:
    asked = {f"Folder {each['Name']}": _folder_values(each) for each in _folder_configurations(params)}
    return {name: asked.get(name) for name in values}


def _whole_result(name: str) -> ChangedFields:
    """Compute the whole result of the first read, which the write removes."""
    return ChangedFields(
        lambda shown, _: {name: dict(first_result(shown)) or None}, lambda _, __: {name: None}
    )


def _pick_members(*names: str) -> Callable[[Any], Values]:
    """Return a function that picks the members of a row that have a value."""
    return lambda row: {name: row[name] for name in names if row.get(name)}


def _provider_values(params: Params) -> Values:
    """Return the provider as the list shows it, without the password."""
    ews = {name: value for name, value in params.get("EwsProvider", {}).items() if name != "EwsPassword"}
    if ews:
        return {"EwsProvider": ews, "ProviderType": "EWS"}
    return {"LambdaProvider": params.get("LambdaProvider"), "ProviderType": "LAMBDA"}


def _rule_values_with_name(row: Any) -> Values:
    return {"Name": row["Name"], **_rule_values(row)}


def _organization_state(shown: ReadResults, _: Params) -> Values:
    """Return the state; `Deleting` counts as deleted, since it cannot be stopped."""
    state = first_result(shown).get("State")
    return {"State": "Deleted" if state == "Deleting" else state}


def _single_member(member: str, value: str) -> ChangedFields:
    return ChangedFields(
        lambda shown, _: {member: first_result(shown).get(member)}, lambda _, __: {member: value}
    )


MEMBER, ALIAS, ANSWERS, REGISTERED = "a member", "an alias", "answers requests", "registered"
# With the member in it: a change may put many into one group.
GROUP = ListRow(
    "Groups",
    lambda params: f"{params['MemberId']} in group {params['GroupId']}",
    _match_members("GroupId"),
    lambda _: MEMBER,
)
DELEGATE = ListRow(
    "Delegates",
    lambda params: f"Delegate {params['EntityId']}",
    _match_members("Id=EntityId"),
    lambda _: ANSWERS,
)
ADDRESS = ListRow("Aliases", lambda params: f"Address {params['Alias']}", _match_alias, lambda _: ALIAS)
PERMISSION = ListRow(
    "Permissions",
    lambda params: f"Access of {params['GranteeId']}",
    _match_members("GranteeId"),
    lambda row: sorted(row["PermissionValues"]),
)
DOMAIN = ListRow(
    "MailDomains",
    lambda params: str(params["DomainName"]),
    _match_members("DomainName"),
    lambda _: REGISTERED,
)
ACCESS_RULE = ListRow("Rules", lambda params: f"Rule {params['Name']}", _match_members("Name"), _rule_values)
MOBILE_RULE = ListRow(
    "Rules",
    lambda params: f"Rule {params['MobileDeviceAccessRuleId']}",
    _match_members("MobileDeviceAccessRuleId"),
    _rule_values_with_name,
)
NEW_MOBILE_RULE = ListRow(
    "Rules",
    lambda params: f"Rule {params['Name']}",
    lambda params, row: row["MobileDeviceAccessRuleId"] == params.get("MobileDeviceAccessRuleId"),
    _rule_values,
)
OVERRIDE = ListRow(
    "Overrides",
    lambda params: f"Device {params['DeviceId']}",
    _match_members("DeviceId"),
    _pick_members("Effect", "Description"),
)
AVAILABILITY = ListRow(
    "AvailabilityConfigurations",
    lambda params: f"Availability of {params['DomainName']}",
    _match_members("DomainName"),
    _pick_members("EwsProvider", "LambdaProvider", "ProviderType"),
)
CHANGED_FIELDS: dict[str, ChangedFields] = {
    "DeleteOrganization": ChangedFields(_organization_state, lambda _, __: {"State": "Deleted"}),
    "TagResource": ChangedFields(_tag_values, _expected_tags),
    "UntagResource": ChangedFields(_tag_values, _expected_tags),
    "DeleteUser": _single_member("State", "DELETED"),
    "DeleteGroup": _single_member("State", "DELETED"),
    "DeleteResource": _single_member("State", "DELETED"),
    "AssociateMemberToGroup": GROUP.becoming(lambda _: MEMBER),
    "DisassociateMemberFromGroup": GROUP.going(),
    "AssociateDelegateToResource": DELEGATE.becoming(lambda _: ANSWERS),
    "DisassociateDelegateFromResource": DELEGATE.going(),
    "RegisterToWorkMail": _enabled_state(enabled=True),
    "DeregisterFromWorkMail": _enabled_state(enabled=False),
    "CreateAlias": ADDRESS.becoming(lambda _: ALIAS),
    "DeleteAlias": ADDRESS.going(),
    "UpdatePrimaryEmailAddress": ChangedFields(
        _primary_address, lambda _, params: {"Email": params["Email"]}
    ),
    "PutMailboxPermissions": PERMISSION.becoming(lambda params: sorted(params["PermissionValues"])),
    "DeleteMailboxPermissions": PERMISSION.going(),
    "CancelMailboxExportJob": _single_member("State", "CANCELLED"),
    "RegisterMailDomain": DOMAIN.becoming(lambda _: REGISTERED),
    "DeregisterMailDomain": DOMAIN.going(),
    "UpdateDefaultMailDomain": ChangedFields(
        _read_default_domain, lambda _, params: {"Default domain": params["DomainName"]}
    ),
    "PutAccessControlRule": ACCESS_RULE.becoming(_rule_values),
    "DeleteAccessControlRule": ACCESS_RULE.going(),
    "CreateMobileDeviceAccessRule": NEW_MOBILE_RULE.becoming(_rule_values),
    "UpdateMobileDeviceAccessRule": MOBILE_RULE.becoming(_rule_values_with_name),
    "DeleteMobileDeviceAccessRule": MOBILE_RULE.going(),
    "PutMobileDeviceAccessOverride": OVERRIDE.becoming(_pick_members("Effect", "Description")),
    "DeleteMobileDeviceAccessOverride": OVERRIDE.going(),
    "DeleteImpersonationRole": _whole_result("Role"),
    "PutRetentionPolicy": ChangedFields(_folder_policies, _expected_folders),
    "DeleteRetentionPolicy": ChangedFields(_all_folders, lambda _, __: {"Folders": None}),
    "CreateAvailabilityConfiguration": AVAILABILITY.becoming(_provider_values),
    "UpdateAvailabilityConfiguration": AVAILABILITY.becoming(_provider_values),
    "DeleteAvailabilityConfiguration": AVAILABILITY.going(),
    "DeleteEmailMonitoringConfiguration": _whole_result("Monitoring"),
    "DeleteIdentityProviderConfiguration": _whole_result("Identity provider"),
    "DeletePersonalAccessToken": _whole_result("Token"),
}
