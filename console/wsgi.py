"""The WSGI application of the console."""

import os

from django.core.wsgi import get_wsgi_application

from console.ui.checks import require_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
# What answers a browser waits less for the database than a worker: see DATABASES in the settings.
os.environ.setdefault("CONSOLE_PROCESS", "web")

application = get_wsgi_application()
require_static_files()
