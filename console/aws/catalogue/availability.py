"""Operations on availability, the free and busy times of other systems."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListAvailabilityConfigurations", "availability"),
    read("TestAvailabilityConfiguration", "availability", "DomainName"),
    write(
        "CreateAvailabilityConfiguration",
        "availability",
        "DomainName",
        "ListAvailabilityConfigurations",
        undo="DeleteAvailabilityConfiguration",
    ),
    write(
        "UpdateAvailabilityConfiguration",
        "availability",
        "DomainName",
        "ListAvailabilityConfigurations",
        undo="UpdateAvailabilityConfiguration",
    ),
    write(
        "DeleteAvailabilityConfiguration",
        "availability",
        "DomainName",
        "ListAvailabilityConfigurations",
        undo="CreateAvailabilityConfiguration",
    ),
)
