"""Pages of access control rules, one module a thing that is done there."""
