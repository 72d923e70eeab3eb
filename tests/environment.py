"""The environment of the test suite, set before Django reads its settings."""

import os
import tempfile

DEFAULTS = {
    "SECRET_KEY": "only-for-tests-" + "x" * 40,
    "LEDGER_KEYS": "test=" + "ab" * 32,
    "VAR_DIR": tempfile.mkdtemp(prefix="console-tests-"),
    "STATIC_ROOT": tempfile.mkdtemp(prefix="console-static-"),  # whitenoise warns of a missing one
    "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "BROKER_URL": "memory://",
    "DNS_RESOLVER": "off",
    "INSECURE_HTTP": "1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "only-for-tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
