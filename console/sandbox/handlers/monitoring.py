"""Email monitoring: the log group that an organization's mail events go to."""

from console.sandbox.errors import ServiceError
from console.sandbox.records_organization import EmailMonitoring
from console.sandbox.registry import Call, Params, Result, handles

# That this role is used unless another is given is [documented], its path is [inferred].
DEFAULT_ROLE = "role/aws-service-role/events.workmail.amazonaws.com/AWSServiceRoleForAmazonWorkMailEvents"


@handles("PutEmailMonitoringConfiguration")
def put_email_monitoring_configuration(call: Call, params: Params) -> None:
    """Whether the log group exists is not examined, only whose it is."""
    role = params.get("RoleArn", f"arn:aws:iam::{call.account}:{DEFAULT_ROLE}")
    require_own(call, params["LogGroupArn"], region=call.region)
    require_own(call, role, region="")
    call.store.email_monitoring.save(
        EmailMonitoring(
            organization_id=call.organization.organization_id,
            role_arn=role,
            log_group_arn=params["LogGroupArn"],
        )
    )


def require_own(call: Call, arn: str, *, region: str) -> None:
    """What another account or region has cannot be found [inferred]."""
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
    """One that is not there is no error [inferred]."""
    call.store.email_monitoring.delete(call.organization.organization_id)
