"""Operations on access control rules."""

from console.aws.catalogue.fields import ListRow, match_members, rule_values
from console.aws.catalogue.inverses import Undo, restore_row
from console.aws.catalogue.rows import Read, read, write

RULE = ListRow("Rules", lambda params: f"Rule {params['Name']}", match_members("Name"), rule_values)
restore_rule = restore_row("PutAccessControlRule", "DeleteAccessControlRule", "Name")

OPERATIONS = (
    read("ListAccessControlRules", "access_rules"),
    read("GetAccessControlEffect", "access_rules", "UserId", required_member="Effect"),
    write(
        "PutAccessControlRule",
        "access_rules",
        "Name",
        reads=(Read("ListAccessControlRules"),),
        fields=RULE.becoming(rule_values),
        undo=Undo("DeleteAccessControlRule", restore_rule),
    ),
    write(
        "DeleteAccessControlRule",
        "access_rules",
        "Name",
        reads=(Read("ListAccessControlRules"),),
        fields=RULE.going(),
        undo=Undo("PutAccessControlRule", restore_rule),
    ),
)
