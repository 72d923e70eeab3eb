"""What the pages of groups ask for, one module a page."""
