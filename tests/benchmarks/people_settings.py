"""The console's settings, and beside them what the people list is compared with: Django's own admin."""

from console.settings import *  # noqa: F403 - the same settings, all of them
from console.settings import INSTALLED_APPS, STATIC_URL  # noqa: F401 - named for whoever reads on

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
ROOT_URLCONF = "tests.benchmarks.people_urls"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
SECURE_SSL_REDIRECT = False
