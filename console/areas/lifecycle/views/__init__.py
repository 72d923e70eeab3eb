"""The pages of people who come, go, come back, and are frozen."""
