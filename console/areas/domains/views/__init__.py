"""Pages of the domains area."""
