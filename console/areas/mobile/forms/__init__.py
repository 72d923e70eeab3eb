"""What the pages of mobile devices ask for."""
