"""The fixtures of all tests of settings."""

from tests.areas.settled import adam, aude, helga, olga, organization, town

__all__ = ["adam", "aude", "helga", "olga", "organization", "town"]
