"""The lists of this area as data, one module a list."""
