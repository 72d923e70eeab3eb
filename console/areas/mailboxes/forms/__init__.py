"""What the pages about mailboxes ask for, one module a page."""
