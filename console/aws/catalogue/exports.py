"""Operations on mailbox exports."""

from console.aws.catalogue.fields import single_member
from console.aws.catalogue.inverses import not_undoable
from console.aws.catalogue.rows import Read, Settle, read, write

OPERATIONS = (
    read("ListMailboxExportJobs", "exports", lists_everyone=True),
    read("DescribeMailboxExportJob", "exports", "JobId", required_member="State"),
    write(
        "StartMailboxExportJob",
        "exports",
        "EntityId",
        undo=not_undoable("What is exported is exported. While it runs it can be cancelled."),
        settle=Settle.EXPORT_JOB,
        required_member="JobId",
    ),
    write(
        "CancelMailboxExportJob",
        "exports",
        "JobId",
        reads=(Read("DescribeMailboxExportJob"),),
        fields=single_member("State", "CANCELLED"),
        undo=not_undoable("A cancelled export does not go on. Export again."),
        settle=Settle.STATES,
        end_states=("CANCELLED",),
    ),
)
