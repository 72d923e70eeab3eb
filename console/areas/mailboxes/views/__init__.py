"""The pages about all mailboxes of an organization, one module a page."""
