"""The pages about rooms and equipment, one module a page."""
