"""Template filters that link to an entity."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.areas.entities import kinds
from console.mirror.models import Entity

register = template.Library()


@register.filter
def page(entity: Entity, name: str = "detail") -> str:
    return kinds.entity_url(entity, name)


@register.filter
def linked(entity: Entity) -> SafeString:
    """Return its name, as a link if it has a page."""
    href = kinds.entity_url(entity)
    return format_html('<a href="{}">{}</a>', href, entity) if href else format_html("{}", entity)
