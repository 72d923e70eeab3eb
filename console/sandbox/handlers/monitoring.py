"""Operations on email monitoring."""

from console.sandbox.errors import ServiceError
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.organization_records import EmailMonitoring

# That this role is used unless another is given is [documented], its path is [inferred].
DEFAULT_ROLE = "role/aws-service-role/events.workmail.amazonaws.com/AWSServiceRoleForAmazonWorkMailEvents"


@handles("PutEmailMonitoringConfiguration")
def put_email_monitoring_configuration(call: Call, params: Params) -> None:
    """Store the log group; only its account is verified, not that it exists."""
    role = params.get("RoleArn", f"arn:aws:iam::{call.account}:{DEFAULT_ROLE}")
    require_own_account(call, params["LogGroupArn"], region=call.region)
    require_own_account(call, role, region="")
    call.store.email_monitoring.save(
        EmailMonitoring(
            organization_id=call.organization.organization_id,
            role_arn=role,
            log_group_arn=params["LogGroupArn"],
        )
    )


def require_own_account(call: Call, arn: str, *, region: str) -> None:
    """Raise for a resource of another account or region, which cannot be found [inferred]."""
    if arn.split(":")[3:5] != [region, call.account]:
        raise ServiceError("ResourceNotFoundException", f"{arn} cannot be found")


@handles("DescribeEmailMonitoringConfiguration")
def describe_email_monitoring_configuration(call: Call, params: Params) -> Result:
    found = call.store.email_monitoring.get(call.organization.organization_id)
    if found is None:
        message = "The organization has no email monitoring configuration"
        raise ServiceError("ResourceNotFoundException", message)
    return {"RoleArn": found.role_arn, "LogGroupArn": found.log_group_arn}


@handles("DeleteEmailMonitoringConfiguration")
def delete_email_monitoring_configuration(call: Call, params: Params) -> None:
    """Delete the configuration; a missing one is no error [inferred]."""
    call.store.email_monitoring.delete(call.organization.organization_id)
