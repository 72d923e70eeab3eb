"""The people pages, one module a task."""
