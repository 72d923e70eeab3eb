"""Many people at once: chosen by ticks, filters, lists or files, and changed by one change with a preview."""
