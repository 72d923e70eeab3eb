"""Removal of the console's own old data."""
