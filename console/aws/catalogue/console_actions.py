"""What an operator may do in the console itself, under the same policy as the operations of AWS."""

from console.aws.catalogue.rows import read, secret, write

CONSOLE_ACTIONS = {
    operation.name: operation
    for operation in (
        read("ReadOverview", "overview"),
        read("DiagnosePerson", "mailboxes"),
        read("ReadPosture", "posture"),
        write("CheckPosture", "posture"),
        read("ReadChanges", "changes"),
        write("RunChanges", "changes"),
        write("ApproveChanges", "approvals"),
        write("SetConditions", "approvals"),
        write("LoosenConditions", "approvals"),
        read("ReadLedger", "ledger"),
        read("ExportLedger", "ledger"),
        read("ReadDataRetention", "data_retention"),
        write("SyncMirror", "mirror"),
        write("CheckMailDomain", "domains", "DomainName"),
        write("ManageExportDestinations", "exports"),
        write("ManageNetworks", "access_rules"),
        write("ManageTemplates", "users"),
        write("ManageProtectedPeople", "access_rules"),
        secret("DownloadMailboxExport", "exports"),
        write("ManageOperators", "operators"),
        write("ManageOrganizations", "organizations"),
    )
}
