"""Blocking a user's access to their mailbox, and restoring it."""
