"""Settings of the console, all from the environment; docs/settings.md lists the variables.

Without any variable the console runs embedded: SQLite under `var/`, a local broker, no Redis.
"""

from pathlib import Path
from typing import Any

import environ
from django.contrib.messages import constants as messages

BASE = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

VAR = Path(env.str("VAR_DIR", default=str(BASE / "var")))
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
# Earlier keys: they still open what was sealed or signed with them, until `manage.py reseal` has run.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
REDIS_URL = env.str("REDIS_URL", default="")

INSTALLED_APPS = [
    "console.operators",
    "console.ledger",
    "console.mirror",
    "console.sync",
    "console.changes",
    "console.areas.access_rules",
    "console.areas.lifecycle",
    "console.areas.exports",
    "console.areas.saved",
    "console.areas.domains",
    "console.areas.identity",
    "console.areas.health_checks",
    "console.data_retention",
    "console.ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django.forms",
    "template_partials",
]
FORM_RENDERER = "console.ui.forms.Renderer"
MIDDLEWARE = [
    "console.middleware.SecurityHeaders",
    "console.middleware.AllowedMethods",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "console.middleware.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "console.middleware.RequestActor",
]
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.navigation.context",
            ],
            "builtins": [
                "console.ui.templatetags.ui",
                "console.areas.entities.tags",
                "template_partials.templatetags.partials",
            ],
        },
    },
]

# Databases: the ledger's promises need full synchronisation, and writers on SQLite must take the
# lock at once, or an upgrade from read to write fails whatever the timeout (ui.md 1e).
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'console.sqlite3'}"),
}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# A browser gets its answer, even if it is 503, within two seconds; a worker or a migration may wait longer.
# Locks are held for milliseconds, by writes of the audit log and slices of a sync, so 1.5 s is contention's
# thousandfold. Silence of the server is found out after `patience`, however long a statement may take.
IS_WEB = env.str("CONSOLE_PROCESS", default="") == "web"
WEB_LOCK_SECONDS = env.float("WEB_LOCK_SECONDS", default=1.5)
WEB_STATEMENT_SECONDS = env.float("WEB_STATEMENT_SECONDS", default=15.0)
LEDGER_LOCK_SECONDS = WEB_LOCK_SECONDS if IS_WEB else 5.0
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": WEB_LOCK_SECONDS if IS_WEB else 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=268435456;",
    }
    # In a file, so that tests can kill one process and look with another.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
else:
    DATABASES["default"]["ENGINE"] = "console.postgresql"
    limits = {"lock_timeout": WEB_LOCK_SECONDS, "statement_timeout": WEB_STATEMENT_SECONDS} if IS_WEB else {}
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2 if IS_WEB else 10,
        "patience": 1.0 if IS_WEB else 10.0,
        # A network that loses everything: what was sent has to be acknowledged, and silence is asked after.
        "tcp_user_timeout": 5_000 if IS_WEB else 30_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "options": " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in limits.items()),
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and the numbers of once-only forms: in the database, which every process shares and which has to
# answer anyway. A second store that can be lost, wiped or frozen on its own would void them or stop sign-in.
CACHES = {"default": {"BACKEND": "console.cache.StrictDatabaseCache", "LOCATION": "cache"}}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE / "staticfiles"))
STATICFILES_DIRS = [BASE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "STATICFILES_BACKEND", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}

# Who may enter: e-mail and password, a second factor if she has set one up; nobody signs up.
AUTH_USER_MODEL = "operators.Operator"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "console.operators.password_validation.GuessabilityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "console.operators.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login_failed": "30/5m/ip,5/5m/key"}
MFA_ADAPTER = "console.operators.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "WorkMail Console"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Mail of the console's own, such as the daily digest; without a host it is printed.
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="workmail-console@localhost")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# How the browser is spoken to. Browsers keep no `Secure` cookie and no `__Host-` name that came over plain
# HTTP, so the demo on http://127.0.0.1 has to say that it is insecure; nothing else may.
INSECURE_HTTP = env.bool("INSECURE_HTTP", default=DEBUG)
SESSION_COOKIE_NAME = "sessionid" if INSECURE_HTTP else "__Host-sessionid"
SESSION_COOKIE_SECURE = not INSECURE_HTTP
SESSION_COOKIE_AGE = 12 * 60 * 60  # at the most; console/operators/sessions.py ends it earlier
SESSION_ENGINE = "console.operators.session_store"  # rows have the hash of the key
SESSION_SERIALIZER = "console.operators.encryption.SealedSerializer"
CSRF_COOKIE_NAME = "csrftoken" if INSECURE_HTTP else "__Host-csrftoken"
CSRF_COOKIE_SECURE = not INSECURE_HTTP
CSRF_COOKIE_HTTPONLY = True
MESSAGE_TAGS = {messages.ERROR: "danger"}  # as the CSS calls it
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# SecurityHeaders sends X-Frame-Options (W002); preloading (W021) is the choice of whoever owns the domain.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W021"]
# How many proxies stand in front; without any, what a client says of its address and scheme is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The ledger: `id=hex` pairs of 32 bytes, the last one signs; older ones stay to verify.
LEDGER_KEYS: dict[str, str] = env.dict("LEDGER_KEYS", default={})
LEDGER_ANCHOR_FILE = env.str("LEDGER_ANCHOR_FILE", default="")
# Shorter than the five minutes in which an entry should be anchored: on a busy machine it takes longer.
LEDGER_ANCHOR_SECONDS = env.float("LEDGER_ANCHOR_SECONDS", default=240.0)
LEDGER_VERIFY_SECONDS = env.float("LEDGER_VERIFY_SECONDS", default=86400.0)

# AWS: an endpoint and credentials of an organization's own win over these (mirror.Organization).
WORKMAIL_REGION = env.str("WORKMAIL_REGION", default="us-east-1")
# Organizations (ids, or * for all) where AWS lets the console open mailboxes and change how people sign in.
ALLOW_BREAK_GLASS: list[str] = env.list("ALLOW_BREAK_GLASS", default=[])
# Organizations (ids, or * for all) that AWS lets the console delete, and beside which it may make others.
ALLOW_ORGANIZATION_CHANGES: list[str] = env.list("ALLOW_ORGANIZATION_CHANGES", default=[])
AWS_ENDPOINT_URL = env.str("WORKMAIL_ENDPOINT_URL", default="")

# Exports: how often they are looked after, and after how long a start is anybody's again whose worker is
# silent. Longer than a call may take (its timeouts, three times), or live workers are overtaken.
EXPORT_SWEEP_SECONDS = env.float("EXPORT_SWEEP_SECONDS", default=10.0)
# How long a write holds its target: longer than it takes with all its reads and timeouts.
TARGET_LEASE_SECONDS = env.float("TARGET_LEASE_SECONDS", default=90.0)
EXPORT_LEASE_SECONDS = env.float("EXPORT_LEASE_SECONDS", default=60.0)
# How fast the mirror reads details; AWS publishes no limit for WorkMail, and throttling halves the pace.
MIRROR_CALLS_PER_SECOND = env.float("MIRROR_CALLS_PER_SECOND", default=20.0)

# How fast changes may call AWS, all those of an organization together.
CHANGE_CALLS_PER_SECOND = env.float("CHANGE_CALLS_PER_SECOND", default=40.0)
# Which name servers are asked for a mail domain's records, with commas between them; "off" for none.
DNS_RESOLVER = env.str("DNS_RESOLVER", default="")

# Celery: the broker is only a hint, the row is the job (security.md 4 and 5).
CELERY_BROKER_URL = env.str("BROKER_URL", default=REDIS_URL or "filesystem://")
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "data_folder_in": str(VAR / "broker"),
        "data_folder_out": str(VAR / "broker"),
        "control_folder": str(VAR / "broker-control"),
        "polling_interval": 0.5,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    else {
        "visibility_timeout": 600,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "exports": {"task": "console.areas.exports.tasks.sweep", "schedule": EXPORT_SWEEP_SECONDS},
    "adopting": {"task": "console.areas.exports.tasks.adopt", "schedule": 600.0},
    "mirror": {"task": "console.mirror.tasks.sweep", "schedule": 15.0},
    "changes": {"task": "console.changes.tasks.sweep", "schedule": 10.0},
    "previews": {"task": "console.changes.tasks.prepare", "schedule": 30.0},
    "posture": {"task": "console.areas.posture.tasks.sweep", "schedule": 60.0},
    "digests": {"task": "console.areas.lifecycle.tasks.digest", "schedule": 900.0},
    "retention": {"task": "console.data_retention.tasks.sweep", "schedule": 600.0},
    "settling": {"task": "console.aws.tasks.settle", "schedule": 30.0},
    "anchor": {"task": "console.ledger.tasks.anchor", "schedule": LEDGER_ANCHOR_SECONDS},
    "verify": {"task": "console.ledger.tasks.verify", "schedule": LEDGER_VERIFY_SECONDS},
    "refusals": {"task": "console.operators.tasks.enter_omitted_refusals", "schedule": 60.0},
}

# Logs go to standard error. botocore prints passwords at DEBUG, so it never gets there.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"refusals": {"()": "console.logs.RefusalTracebackFilter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {name: {"level": "INFO"} for name in ("botocore", "boto3", "urllib3", "s3transfer")},
}

# After how many days the console removes its own old rows, by kind (`console/data_retention`); 0 is never.
RETENTION_SESSIONS_DAYS = env.int("RETENTION_SESSIONS_DAYS", default=1)
RETENTION_CACHE_DAYS = env.int("RETENTION_CACHE_DAYS", default=1)
RETENTION_TARGET_LEASES_DAYS = env.int("RETENTION_TARGET_LEASES_DAYS", default=1)
RETENTION_DRAFTS_DAYS = env.int("RETENTION_DRAFTS_DAYS", default=30)
RETENTION_CHANGES_DAYS = env.int("RETENTION_CHANGES_DAYS", default=365)
RETENTION_HEALTH_CHECKS_DAYS = env.int("RETENTION_HEALTH_CHECKS_DAYS", default=90)
RETENTION_DNS_CHECKS_DAYS = env.int("RETENTION_DNS_CHECKS_DAYS", default=180)
RETENTION_DIGESTS_DAYS = env.int("RETENTION_DIGESTS_DAYS", default=30)
RETENTION_RUNS_DAYS = env.int("RETENTION_RUNS_DAYS", default=365)

# A listing that would remove more rows than both of these is kept until an operator confirms it.
SHRINK_FRACTION = env.float("SHRINK_FRACTION", default=0.2)
SHRINK_ROWS = env.int("SHRINK_ROWS", default=20)
