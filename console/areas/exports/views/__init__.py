"""Pages of mailbox exports."""
