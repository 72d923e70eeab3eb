"""Operations on mailbox exports."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListMailboxExportJobs", "exports"),
    read("DescribeMailboxExportJob", "exports", "JobId"),
    write("StartMailboxExportJob", "exports", "EntityId"),
    write("CancelMailboxExportJob", "exports", "JobId", "DescribeMailboxExportJob"),
)
