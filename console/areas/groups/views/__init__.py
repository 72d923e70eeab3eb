"""Pages of groups, one module a subject."""
