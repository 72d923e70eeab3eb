"""Template tags and filters: icons, badges, times and form controls."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django import forms, template
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.ui import markup
from console.ui.form_tokens import FORM_TOKEN_FIELD, new_form_token

register = template.Library()
CONTROLS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
)
BREAK = re.compile(r"\s*\n\s*")
BREAK_BEFORE_PUNCTUATION = re.compile(r"\s*\n\s*(?=[,.;:])")

register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.badge, name="badge")
register.filter("when", markup.time_tag)
register.filter("shown", markup.display_value)


@register.inclusion_tag("partials/breadcrumb.html")
def breadcrumb(*steps: Any) -> dict[str, Any]:
    """Link the pages above this one, given as label and address in turn; skip those without an address."""
    return {"trail": [(label, href) for label, href in zip(steps[::2], steps[1::2], strict=True) if href]}


@register.inclusion_tag("partials/copy_button.html")
def copy_button(value: str, *described: Any) -> dict[str, Any]:
    """Offer to copy a value; a screen reader reads what it is, which is given in one or several parts."""
    return {"value": value, "described": " ".join(map(str, described)) or value}


@register.simple_block_tag
def text(content: SafeString) -> SafeString:
    """Return text over several lines as one, without a space before a line that begins with punctuation.

    `{% text as hint %}` gives it a name instead of showing it.
    """
    return SafeString(BREAK.sub(" ", BREAK_BEFORE_PUNCTUATION.sub("", content.strip())))


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Render Django's CSRF field with the form token, by which a form acts once."""
    token = CsrfTokenNode().render(context)
    return format_html(
        '{}<input type="hidden" name="{}" value="{}">', token, FORM_TOKEN_FIELD, new_form_token()
    )


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a field's input with its CSS classes."""
    widget = field.field.widget
    look = next((css for kind, css in CONTROLS if isinstance(widget, kind)), "form-control")
    own = str(widget.attrs.get("class", ""))
    css = " ".join(filter(None, (look, own, "is-invalid" if field.errors else "")))
    return field.as_widget(attrs={"class": css})


@register.filter
def choice(option: BoundWidget) -> SafeString:
    """Render one radio button or checkbox of a group."""
    option.data["attrs"] = {**option.data["attrs"], "class": "form-check-input"}
    return option.tag(wrap_label=False)


@register.filter
def is_check(field: BoundField) -> bool:
    """Return whether the label comes after the input."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Return whether the field has several inputs under one heading."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))


@register.filter
def grouped(field: BoundField) -> list[tuple[str, list[BoundWidget]]]:
    """Return the options of a group of inputs by heading; "" for those without one."""
    options = iter(field.subwidgets)
    found: list[tuple[str, list[BoundWidget]]] = [("", [])]
    for name, value in cast(Iterable[tuple[Any, Any]], getattr(field.field, "choices", ())):
        if isinstance(value, (list, tuple)):
            found.append((str(name), [next(options) for _ in value]))
        else:
            found[0][1].append(next(options))
    return [(heading, inputs) for heading, inputs in found if inputs]


@register.filter
def iso(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@register.filter
def get(mapping: Any, name: str) -> Any:
    """Return an entry by a name that a template cannot write, such as a dotted one."""
    return mapping.get(name, "")
