"""Operations on mail domains."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListMailDomains", "domains"),
    read("GetMailDomain", "domains", "DomainName"),
    write("RegisterMailDomain", "domains", "DomainName", "ListMailDomains", undo="DeregisterMailDomain"),
    write("DeregisterMailDomain", "domains", "DomainName", "ListMailDomains", undo="RegisterMailDomain"),
    write(
        "UpdateDefaultMailDomain", "domains", "DomainName", "ListMailDomains", undo="UpdateDefaultMailDomain"
    ),
    read("DescribeInboundDmarcSettings", "domains"),
    write(
        "PutInboundDmarcSettings",
        "domains",
        "",
        "DescribeInboundDmarcSettings",
        undo="PutInboundDmarcSettings",
    ),
)
