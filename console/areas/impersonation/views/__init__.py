"""The pages of impersonation roles: the roles themselves, what they mean for somebody, and their tokens."""
