"""What the people pages ask for, one module a page."""
