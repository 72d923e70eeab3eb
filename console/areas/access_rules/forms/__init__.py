"""What the pages of access control rules ask for."""
