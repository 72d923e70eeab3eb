"""Pages of mobile device rules and of overrides, one module a thing that is done there."""
