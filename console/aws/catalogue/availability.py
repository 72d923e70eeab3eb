"""Operations on availability, the free and busy times of other systems."""

from console.aws.catalogue.fields import ListRow, Params, Values, match_members, pick_members
from console.aws.catalogue.inverses import CannotUndo, InverseCall, Undo, WrittenCall, opposite_call
from console.aws.catalogue.rows import Read, read, write

CONFIGURATION = ListRow(
    "AvailabilityConfigurations",
    lambda params: f"Availability of {params['DomainName']}",
    match_members("DomainName"),
    pick_members("EwsProvider", "LambdaProvider", "ProviderType"),
)


def _provider_values(params: Params) -> Values:
    """Return the provider as the list shows it, without the password."""
    ews = {name: value for name, value in params.get("EwsProvider", {}).items() if name != "EwsPassword"}
    if ews:
        return {"EwsProvider": ews, "ProviderType": "EWS"}
    return {"LambdaProvider": params.get("LambdaProvider"), "ProviderType": "LAMBDA"}


def _restore_configuration(written: WrittenCall) -> list[InverseCall]:
    """Restore a Lambda provider; the password of an EWS endpoint is not stored."""
    held = written.value
    if not held or not held.get("LambdaProvider"):
        raise CannotUndo("The password of the EWS endpoint is kept nowhere, so it has to be typed again.")
    changes = "Update" if written.operation.startswith("Update") else "Create"
    params = {**written.named("DomainName"), "LambdaProvider": held["LambdaProvider"]}
    return [InverseCall(f"{changes}AvailabilityConfiguration", params)]


OPERATIONS = (
    read("ListAvailabilityConfigurations", "availability"),
    # A failed test may leave its boolean out [inferred].
    read("TestAvailabilityConfiguration", "availability", "DomainName", required_member=""),
    write(
        "CreateAvailabilityConfiguration",
        "availability",
        "DomainName",
        reads=(Read("ListAvailabilityConfigurations"),),
        fields=CONFIGURATION.becoming(_provider_values),
        undo=opposite_call("DeleteAvailabilityConfiguration", "DomainName"),
    ),
    write(
        "UpdateAvailabilityConfiguration",
        "availability",
        "DomainName",
        reads=(Read("ListAvailabilityConfigurations"),),
        fields=CONFIGURATION.becoming(_provider_values),
        undo=Undo("UpdateAvailabilityConfiguration", _restore_configuration),
    ),
    write(
        "DeleteAvailabilityConfiguration",
        "availability",
        "DomainName",
        reads=(Read("ListAvailabilityConfigurations"),),
        fields=CONFIGURATION.going(),
        undo=Undo("CreateAvailabilityConfiguration", _restore_configuration),
    ),
)
