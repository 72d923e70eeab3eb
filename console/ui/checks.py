"""System check that the static files are collected."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured

MISSING = (
    "The static files are not collected: {name} is missing in {folder}. Run: python manage.py collectstatic"
)


def find_missing_manifest() -> str:
    """Return what is missing and the command that makes it, or an empty string."""
    storage: Any = staticfiles_storage
    if not isinstance(storage, ManifestFilesMixin) or storage.read_manifest() is not None:
        return ""
    return MISSING.format(name=storage.manifest_name, folder=settings.STATIC_ROOT)


def require_static_files() -> None:
    """Raise `ImproperlyConfigured` if the static files are not collected."""
    if missing := find_missing_manifest():
        raise ImproperlyConfigured(missing)


@register(deploy=True)
def check_static_files(**_: Any) -> list[Error]:
    missing = find_missing_manifest()
    return [Error(missing, id="ui.E001")] if missing else []
