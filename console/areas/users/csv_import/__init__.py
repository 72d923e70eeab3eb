"""Import of users from CSV files: new users, and edited values of existing ones."""
