"""Operations on email event logging."""

from console.aws.catalogue.fields import whole_result
from console.aws.catalogue.inverses import Undo, restore_settings
from console.aws.catalogue.rows import Read, read, write

_restore = restore_settings(
    "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration", "LogGroupArn", "RoleArn"
)

OPERATIONS = (
    read("DescribeEmailMonitoringConfiguration", "monitoring", required_member="LogGroupArn"),
    write(
        "PutEmailMonitoringConfiguration",
        "monitoring",
        reads=(Read("DescribeEmailMonitoringConfiguration"),),
        undo=Undo("DeleteEmailMonitoringConfiguration", _restore),
    ),
    write(
        "DeleteEmailMonitoringConfiguration",
        "monitoring",
        reads=(Read("DescribeEmailMonitoringConfiguration"),),
        fields=whole_result("Monitoring"),
        undo=Undo("PutEmailMonitoringConfiguration", _restore),
    ),
)
