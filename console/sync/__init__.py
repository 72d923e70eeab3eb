"""Reading an organization into the mirror."""
