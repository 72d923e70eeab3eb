"""Handlers of the operations, one module per area."""
