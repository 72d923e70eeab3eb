"""Operations on mail domains."""

from console.aws.catalogue.fields import (
    ChangedFields,
    ListRow,
    Params,
    ReadResults,
    Values,
    first_result,
    match_members,
)
from console.aws.catalogue.inverses import (
    CannotUndo,
    InverseCall,
    Undo,
    WrittenCall,
    opposite_call,
    restore_values,
)
from console.aws.catalogue.rows import Read, read, write

REGISTERED = "registered"
DOMAIN = ListRow(
    "MailDomains",
    lambda params: str(params["DomainName"]),
    match_members("DomainName"),
    lambda _: REGISTERED,
)


def _default_domain(shown: ReadResults, _: Params) -> Values:
    domains = first_result(shown).get("MailDomains", [])
    return {
        "Default domain": next((each["DomainName"] for each in domains if each.get("DefaultDomain")), None)
    }


def _restore_default_domain(written: WrittenCall) -> list[InverseCall]:
    if not written.value:
        raise CannotUndo("There was no default domain before.")
    return [InverseCall("UpdateDefaultMailDomain", {"DomainName": written.value})]


OPERATIONS = (
    read("ListMailDomains", "domains"),
    read(
        "GetMailDomain",
        "domains",
        "DomainName",
        required_member="OwnershipVerificationStatus",
        address="DomainName",
    ),
    write(
        "RegisterMailDomain",
        "domains",
        "DomainName",
        reads=(Read("ListMailDomains"),),
        fields=DOMAIN.becoming(lambda _: REGISTERED),
        undo=opposite_call("DeregisterMailDomain", "DomainName"),
    ),
    write(
        "DeregisterMailDomain",
        "domains",
        "DomainName",
        reads=(Read("ListMailDomains"),),
        fields=DOMAIN.going(),
        undo=opposite_call("RegisterMailDomain", "DomainName"),
    ),
    write(
        "UpdateDefaultMailDomain",
        "domains",
        "DomainName",
        reads=(Read("ListMailDomains"),),
        fields=ChangedFields(_default_domain, lambda _, params: {"Default domain": params["DomainName"]}),
        undo=Undo("UpdateDefaultMailDomain", _restore_default_domain),
    ),
    # Its only member is a boolean that may be left out [inferred].
    read("DescribeInboundDmarcSettings", "domains", required_member=""),
    write(
        "PutInboundDmarcSettings",
        "domains",
        reads=(Read("DescribeInboundDmarcSettings"),),
        undo=restore_values("PutInboundDmarcSettings"),
    ),
)
