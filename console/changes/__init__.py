"""Every write as a change with steps: preview, approval, run, resume, undo, schedule."""
