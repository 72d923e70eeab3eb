"""Bulk actions on selected users, each as one change with a preview."""
