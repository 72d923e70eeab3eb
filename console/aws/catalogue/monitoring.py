"""Operations on email event logging."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("DescribeEmailMonitoringConfiguration", "monitoring"),
    write(
        "PutEmailMonitoringConfiguration",
        "monitoring",
        "",
        "DescribeEmailMonitoringConfiguration",
        undo="DeleteEmailMonitoringConfiguration",
    ),
    write(
        "DeleteEmailMonitoringConfiguration",
        "monitoring",
        "",
        "DescribeEmailMonitoringConfiguration",
        undo="PutEmailMonitoringConfiguration",
    ),
)
