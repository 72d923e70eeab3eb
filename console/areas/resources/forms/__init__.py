"""What the pages about rooms and equipment ask for, one module a page."""
