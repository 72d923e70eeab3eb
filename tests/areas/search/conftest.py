"""The organizations area's operators look for a few people of the mirror."""

from tests.areas.organizations.conftest import nell, organization, owner

__all__ = ["nell", "organization", "owner"]
