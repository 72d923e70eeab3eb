"""What an operator may do in the console itself, under the same policy as the operations of AWS."""

from console.aws.catalogue.rows import read, secret, write

# Narrowable are those that concern one mailbox or domain, or a change of the operator's own, whose steps are
# asked for one by one; the other writes concern the organization. Loosening what holds changes back is
# reserved: else one operator could loosen, act and restore.

CONSOLE_ACTIONS = {
    operation.name: operation
    for operation in (
        read("ReadOverview", "overview"),
        read("DiagnosePerson", "mailboxes"),
        read("ReadPosture", "posture", narrowable=False),
        write("CheckPosture", "posture"),
        read("ReadChanges", "changes"),
        write("RunChanges", "changes", narrowable=True),
        write("ApproveChanges", "approvals"),
        write("SetConditions", "approvals"),
        write("LoosenConditions", "approvals", is_reserved=True),
        read("ReadLedger", "ledger"),
        read("ExportLedger", "ledger"),
        read("ReadDataRetention", "data_retention", narrowable=False),
        write("SyncMirror", "mirror"),
        write("CheckMailDomain", "domains", "DomainName", narrowable=True),
        write("ManageExportDestinations", "exports"),
        write("ManageNetworks", "access_rules"),
        write("ManageTemplates", "users"),
        write("ManageProtectedPeople", "access_rules"),
        secret("DownloadMailboxExport", "exports", narrowable=True),
        write("ManageOperators", "operators"),
        write("ManageOrganizations", "organizations", is_reserved=True),
    )
}
