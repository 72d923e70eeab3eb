"""How templates link to an entity, whatever its kind."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.areas.directory import kinds
from console.mirror.models import Entity

register = template.Library()


@register.filter
def page(entity: Entity, name: str = "detail") -> str:
    """The address of one of its pages."""
    return kinds.place(entity, name)


@register.filter
def linked(entity: Entity) -> SafeString:
    """Its name, which leads to its page if there is one."""
    href = kinds.place(entity)
    return format_html('<a href="{}">{}</a>', href, entity) if href else format_html("{}", entity)
