"""Operators, roles, grants, the policy, and sign-in."""
