"""Fields that take one thing a line: people by whatever they are called, networks by name or range."""

from collections.abc import Mapping, Sequence
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Any

from django.core.exceptions import ValidationError

from console.areas.directory.forms.naming import get_named
from console.mirror.models import Entity, EntityQuerySet
from console.ui.addresses import parse_addresses
from console.ui.lines import LinesField


class PeopleField(LinesField):
    """Ids of users, who are given by email address, alias, username or id."""

    def __init__(self, *, people: EntityQuerySet, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.people = people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)

    def values_of(self, line: str) -> list[Any]:
        return [get_named(self.people, mention.text).entity_id for mention in parse_addresses(line)]


class NetworksField(LinesField):
    """Ranges of IPv4 addresses, of which some go by the name of a network."""

    def __init__(self, *, networks: Mapping[str, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.networks = {name.casefold(): ranges for name, ranges in networks.items()}

    def values_of(self, line: str) -> list[Any]:
        known = self.networks.get(line.casefold())
        return list(known) if known is not None else [range_of(line)]


def range_of(text: str) -> str:
    """A range as WorkMail takes it; a single address is a range of one."""
    try:
        return str(IPv4Network(text, strict=False))
    except (AddressValueError, NetmaskValueError, ValueError):
        pass
    if ":" in text:
        raise ValidationError(f"{text} is IPv6, which WorkMail's rules do not know.")
    raise ValidationError(f"{text} is neither the name of a network nor a range such as 203.0.113.0/24.")
