"""Pages and queries that users, groups and resources have in common."""
