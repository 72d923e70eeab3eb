"""The checks themselves, one small function each, by what they are about."""
