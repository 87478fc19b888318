"""Settings, all read from the environment. One file, as Django reads its settings from one.

A `.env` file beside manage.py is read first; ENV_FILE names another one.

A wrong value stops the server at once, with a message that names the variable.
`.env.example` lists every variable with its default.
"""

import contextlib
import json
import os
import secrets
import tempfile
import zoneinfo
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
FLAGS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
    "": False,
}
env_file = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
if os.environ.get("ENV_FILE") and not env_file.is_file():
    raise ImproperlyConfigured(f"ENV_FILE={os.environ['ENV_FILE']!r} is no file.")
if env_file.is_file():
    environ.Env.read_env(env_file)


def read(variable: str, cast: type, default: Any) -> Any:
    """The variable's value as `cast`, or the default. Raises ImproperlyConfigured."""
    try:
        return env.get_value(variable, cast=cast, default=default)
    except (ValueError, TypeError) as error:
        kind = "whole number" if cast is int else cast.__name__
        raise ImproperlyConfigured(f"{variable}={os.environ.get(variable)!r} is not a valid {kind}.") from error


def read_flag(variable: str, *, default: bool) -> bool:
    word = str(read(variable, str, str(default))).strip().lower()
    if word not in FLAGS:
        raise ImproperlyConfigured(f"{variable}={word!r} must be true or false.")
    return FLAGS[word]


def read_number(variable: str, default: int, least: int = 0) -> int:
    number: int = read(variable, int, default)
    if number < least:
        raise ImproperlyConfigured(f"{variable}={number} must be {least} or more.")
    return number


def read_choice(variable: str, choices: tuple[str, ...], default: str) -> str:
    choice: str = read(variable, str, default)
    if choice not in choices:
        raise ImproperlyConfigured(f"{variable}={choice!r} must be one of: {', '.join(choices)}.")
    return choice


def read_object(variable: str) -> dict[str, Any]:
    """A JSON object; empty by default. The message does not show the value, which may have secrets."""
    try:
        value = json.loads(read(variable, str, "{}"))
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} must be a JSON object.") from error
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{variable} must be a JSON object.")
    return value


def read_secret_key(path: Path) -> str:
    """SECRET_KEY, or else the key in the file `path`, which is made on the first run and readable by its owner only."""
    key: str = read("SECRET_KEY", str, "")
    if key:
        return key
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Written to a temporary file and then linked: if two first runs happen at once, one makes
            # the key and neither reads a half of it. Only its owner can read a temporary file.
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
                draft.write(secrets.token_urlsafe(50))
                draft.flush()
                with contextlib.suppress(FileExistsError):
                    os.link(draft.name, path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"Set SECRET_KEY: no key can be kept in {path} ({error.strerror}).") from error


DATA_DIR = Path(read("DATA_DIR", str, str(BASE_DIR / "data")))
SECRET_KEY = read_secret_key(DATA_DIR / "secret_key")
DEBUG = read_flag("DEBUG", default=False)
ALLOWED_HOSTS = read("ALLOWED_HOSTS", list, ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS", list, [])
SITE_URL: str = read("SITE_URL", str, "http://127.0.0.1:8000").rstrip("/")
if not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"SITE_URL={SITE_URL!r} must start with http:// or https://.")
SITE_NAME = read("SITE_NAME", str, "FluentCRM API")

TIME_ZONE: str = read("TIME_ZONE", str, "UTC")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE={TIME_ZONE!r} is not a time zone such as Europe/London.")
USE_TZ = True
USE_I18N = False
LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = "fluentcrm_api.formats"

# --- What the API answers -------------------------------------------------------------------

# A page of contacts: FluentCRM's nested shape, the guide's flat one, or both in one answer.
LIST_ENVELOPE = read_choice("LIST_ENVELOPE", ("both", "nested", "flat"), "both")
CONTACT_TYPES = tuple(name.strip() for name in read("CONTACT_TYPES", list, ["lead", "customer"]) if name.strip())
if not CONTACT_TYPES:
    raise ImproperlyConfigured("CONTACT_TYPES must name at least one type.")
MAX_BODY_BYTES = read_number("MAX_BODY_BYTES", 10 * 1024 * 1024, least=1024)
# /v1: whether an unknown key in a contact's customFields creates a text field or is a 400.
FLUENZR_UNKNOWN_CUSTOM_FIELDS = read_choice("FLUENZR_UNKNOWN_CUSTOM_FIELDS", ("create", "refuse"), "create")
# Requests a minute for each API key on /v1, and for each application password on the other face; 0 means no limit.
FLUENZR_RATE_LIMIT = read_number("FLUENZR_RATE_LIMIT", 1000)
FLUENTCRM_RATE_LIMIT = read_number("FLUENTCRM_RATE_LIMIT", 0)
# Wrong passwords and keys a minute, for each address and each user name; 0 means no limit.
FAILED_LOGINS_A_MINUTE = read_number("FAILED_LOGINS_A_MINUTE", 10)
# For incoming hooks and bounces: the largest body in bytes, and requests per minute of each hook (0: no limit).
HOOK_BODY_BYTES = read_number("HOOK_BODY_BYTES", 1024 * 1024, least=1024)
HOOK_RATE_LIMIT = read_number("HOOK_RATE_LIMIT", 600)
# Outgoing webhooks: whether they may go to private addresses; the seconds before each further attempt; the days after
# which an endpoint that only fails is disabled, and those that events are kept (0: for ever).
WEBHOOKS_ALLOW_PRIVATE = read_flag("WEBHOOKS_ALLOW_PRIVATE", default=False)
WEBHOOK_RETRIES = [int(part) for part in read("WEBHOOK_RETRIES", list, ["60", "300", "1800", "7200"])]
WEBHOOK_FAILING_DAYS = read_number("WEBHOOK_FAILING_DAYS", 5)
WEBHOOK_RETENTION_DAYS = read_number("WEBHOOK_RETENTION_DAYS", 30)
# Where these are counted: in Redis for all machines, else in a file for all processes of this machine.
RATE_LIMIT_STORAGE: str = read("RATE_LIMIT_STORAGE", str, "")
if RATE_LIMIT_STORAGE and not RATE_LIMIT_STORAGE.startswith(("redis://", "rediss://", "redis+unix://")):
    raise ImproperlyConfigured("RATE_LIMIT_STORAGE must be empty or start with redis://, rediss:// or redis+unix://.")
RATE_LIMIT_FILE = Path(read("RATE_LIMIT_FILE", str, str(DATA_DIR / "rate_limits")))
# Contacts in one request, and one transaction, of a bulk action on all contacts of a query.
BULK_CHUNK = read_number("BULK_CHUNK", 20_000, least=1)
# Days that history, and in it the addresses of deleted contacts, are kept; 0 means for ever (changes.retention).
CHANGES_RETENTION_DAYS = read_number("CHANGES_RETENTION_DAYS", 0)
DELETED_CONTACTS_RETENTION_DAYS = read_number("DELETED_CONTACTS_RETENTION_DAYS", 30)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
# No screen and no route accepts a file, so none is written to the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = read_number("MAX_BODY_FIELDS", 20_000, least=1)

# Seconds for a request to arrive, with headers and body, and seconds that an idle connection stays open.
BODY_TIMEOUT = read_number("BODY_TIMEOUT", 30, least=1)
IDLE_TIMEOUT = read_number("IDLE_TIMEOUT", 75, least=1)
# For each worker process: connections, and requests that may use the database at the same time.
MAX_CONNECTIONS = read_number("MAX_CONNECTIONS", 1000, least=1)
WORKER_THREADS = read_number("WORKER_THREADS", 8, least=1)

# --- Database -------------------------------------------------------------------------------

DATABASE_URL: str = read("DATABASE_URL", str, f"sqlite:///{DATA_DIR / 'fluentcrm.sqlite3'}")
if not DATABASE_URL.startswith(("postgres://", "postgresql://", "sqlite://")):
    raise ImproperlyConfigured("DATABASE_URL must start with postgres:// or sqlite:///.")
try:
    database: dict[str, Any] = dict(env.db_url_config(DATABASE_URL))
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name.") from error
if not database.get("NAME") and "service" not in database.get("OPTIONS", {}):
    raise ImproperlyConfigured("DATABASE_URL must name a database: postgres://user:password@host:5432/name.")
# Seconds; 0 means no limit. The limits of statements and locks are for requests, not for commands.
CONNECT_TIMEOUT = read_number("CONNECT_TIMEOUT", 5)
STATEMENT_TIMEOUT = read_number("STATEMENT_TIMEOUT", 30)
LOCK_TIMEOUT = read_number("LOCK_TIMEOUT", 10)
if database.get("ENGINE") == "django.db.backends.sqlite3":
    folder = Path(database["NAME"]).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL or DATA_DIR: the folder {folder} cannot be made ({error.strerror})."
        ) from error
    database["ENGINE"] = "database.sqlite"
    database["OPTIONS"] = {
        # IMMEDIATE: a transaction waits for the lock when it starts. A deferred one that reads first and
        # then writes cannot wait, and fails with "database is locked".
        "transaction_mode": "IMMEDIATE",
        # SQLite has one lock, for the whole file.
        "timeout": LOCK_TIMEOUT or 24 * 3600,
        # The cache may take 32 MiB a connection, where it is needed, and the log 16 before it is written back. With
        # SQLite's own 2 and 4 a change of 10,000 contacts writes its pages several times (docs/decisions/0032).
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768; "
            "PRAGMA wal_autocheckpoint=4000;"
        ),
    }
else:
    database["ENGINE"] = "database.postgresql"
    # Only fixed statements are prepared (database.postgresql). Switch this off for a pooler that does not
    # keep prepared statements.
    prepared = 5 if read_flag("PREPARE_STATEMENTS", default=True) else None
    database["OPTIONS"] = {
        "prepare_threshold": prepared,
        "connect_timeout": CONNECT_TIMEOUT,
        # A machine that disappears is noticed within a minute, also while a statement waits for its answer.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,  # milliseconds
    } | database.get("OPTIONS", {})
# A new connection for each request would make requests five times slower.
database["CONN_MAX_AGE"] = None
database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Apps -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Before the admin, as it overrides templates of the admin.
    "staff",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "database",
    "retries",
    "rest",
    "wp_rest",
    "accounts",
    "changes",
    "jobs",
    "segments",
    "custom_fields",
    "companies",
    "pipelines",
    "options",
    "labels",
    "subscribers",
    "feed",
    "dynamic_segments",
    "emails",
    "notes",
    "events",
    "profile_sections",
    "webhooks",
    "sequences",
    "automations",
    "smart_links",
    "campaigns",
    "bulk_actions",
    "reports",
    "fluenzr",
    "fluentcrm_api",
]
MIDDLEWARE = [
    "fluentcrm_api.health.HealthChecks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wp_rest.middleware.WordPressRouting",
    "webhooks.middleware.HookRouting",
    "changes.middleware.ActingRequest",
    "staff.policy.ContentSecurityPolicy",
    "staff.sessions.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "staff.sign_in.LimitStrangersBodies",
    "fluentcrm_api.errors.AnswerWithoutDatabase",
    "axes.middleware.AxesMiddleware",
]
# Messages show new passwords and keys: in a cookie anyone could decode them.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "staff.sessions"
# A redirected POST loses its body; instead wp_rest.middleware ignores a trailing slash.
APPEND_SLASH = False
ROOT_URLCONF = "fluentcrm_api.urls"
WSGI_APPLICATION = "fluentcrm_api.wsgi.application"
CSRF_FAILURE_VIEW = "fluentcrm_api.errors.csrf_failure"
# On SQLite the ledger of segments.ContactCount stays empty, and its index needs no included column.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
CORS_ALLOWED_ORIGINS = read("CORS_ALLOWED_ORIGINS", list, [])
CORS_ALLOW_ALL_ORIGINS = CORS_ALLOWED_ORIGINS == ["*"]
if CORS_ALLOW_ALL_ORIGINS:
    CORS_ALLOWED_ORIGINS = []
# What pages of other sites may send and read, beside what every page may.
CORS_ALLOW_HEADERS = (
    "accept authorization content-type user-agent x-csrftoken x-requested-with idempotency-key if-none-match".split()
)
CORS_EXPOSE_HEADERS = ["ETag", "Idempotency-Replayed", "Retry-After"]
if CORS_ALLOWED_ORIGINS or CORS_ALLOW_ALL_ORIGINS:
    INSTALLED_APPS.append("corsheaders")
    MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# --- Signing in to the admin (docs/decisions/0010) --------------------------------------------

# axes only protects the form to sign in; the API uses these backends for the permissions of users alone.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.Rights"]
# By user and address together: with the user alone, strangers could lock staff out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = read_number("ADMIN_FAILED_LOGINS", 5, least=1)
AXES_COOLOFF_TIME = timedelta(minutes=read_number("ADMIN_LOCKOUT_MINUTES", 15, least=1))
# Attempts during a lockout do not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "rest.addresses.client_network"
AXES_LOCKOUT_CALLABLE = "staff.notices.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Failed sign-ins from one address, for any users, are limited to this many times FAILED_LOGINS_A_MINUTE.
ADMIN_USERS_AN_ADDRESS = 3

# Where a sign-in leads that came from nowhere.
LOGIN_REDIRECT_URL = "admin:index"

# Nothing is kept between requests but what is in the database. The theme would show what Ctrl+K found for five minutes
# more, also after it was changed or deleted.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# The admin's theme (docs/decisions/0029).
UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_URL": "/",
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["staff.styles.screens"],
    "DASHBOARD_CALLBACK": "staff.front_page.context",
    "COMMAND": {"search_models": False, "show_history": True, "search_callback": "staff.search.found"},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "staff.navigation.sidebar"},
}

STATIC_URL = "static/"
# Files at the root: the icon that browsers ask for, and robots.txt.
WHITENOISE_ROOT = BASE_DIR / "fluentcrm_api" / "public"
STATIC_ROOT = Path(read("STATIC_ROOT", str, str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Background work (docs/decisions/0018) ---------------------------------------------------

# A message broker in place of the database's own queue.
TASK_BROKER_URL: str = read("TASK_BROKER_URL", str, "")
if TASK_BROKER_URL and not TASK_BROKER_URL.startswith(("amqp://", "amqps://", "redis://", "rediss://")):
    raise ImproperlyConfigured("TASK_BROKER_URL must be empty or start with amqp://, amqps://, redis:// or rediss://.")
if TASK_BROKER_URL and find_spec("celery") is None:
    raise ImproperlyConfigured("TASK_BROKER_URL needs Celery: pip install -r requirements/celery.txt.")
TASK_QUEUE: str = read("TASK_QUEUE", str, "fluentcrm")
TASKS = {"default": {"BACKEND": "jobs.celery.CeleryBackend" if TASK_BROKER_URL else "django_tasks_db.DatabaseBackend"}}
# Seconds after which the work of a worker that is gone is another one's.
JOB_LEASE = read_number("JOB_LEASE", 15, least=1)
# Days that jobs are kept after their end; 0 is for ever.
JOBS_RETENTION_DAYS = read_number("JOBS_RETENTION_DAYS", 30)

# --- API ------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.ApplicationPasswordAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest.permissions.HasRights"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.RequestsAMinute"],
    "DEFAULT_RENDERER_CLASSES": ["rest.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest.parsers.JSONParser",
        "wp_rest.parsers.FormParser",
        "wp_rest.parsers.MultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rest.negotiation.AlwaysJSON",
    "EXCEPTION_HANDLER": "wp_rest.exceptions.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}

# --- Mail -------------------------------------------------------------------------------------

# smtp://user:password@host:25, smtp+tls:// or smtp+ssl://. Without it each mail is a file in DATA_DIR/mail.
EMAIL_URL: str = read("EMAIL_URL", str, "")
MAIL_DIR = DATA_DIR / "mail"
try:
    mail: dict[str, Any] = dict(env.email_url_config(EMAIL_URL)) if EMAIL_URL else {}
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.") from error
if EMAIL_URL and not EMAIL_URL.startswith(("smtp://", "smtps://", "smtp+tls://", "smtp+ssl://")):
    raise ImproperlyConfigured("EMAIL_URL must start with smtp://, smtp+tls:// or smtp+ssl://.")
# Another backend of Django, such as django-anymail's (requirements/anymail.txt), whose own settings ANYMAIL has.
EMAIL_BACKEND = read(
    "EMAIL_BACKEND", str, "emails.backends.smtp.EmailBackend" if EMAIL_URL else "emails.backends.files.EmailBackend"
)
ANYMAIL: dict[str, Any] = read_object("ANYMAIL")
EMAIL_HOST = mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(mail.get("EMAIL_USE_SSL"))
# Seconds without a word from the mail server before a connection is given up.
EMAIL_TIMEOUT = read_number("EMAIL_TIMEOUT", 30, least=1)
# Mails a second of all workers together, where staff set no other number; 0 for no limit.
EMAIL_RATE = read_number("EMAIL_RATE", 15)
# Days for which the link to confirm a subscription works; 0 for ever.
DOUBLE_OPTIN_DAYS = read_number("DOUBLE_OPTIN_DAYS", 30)
# A picture (PNG, JPEG, GIF, WebP or SVG) over the pages that mails lead to.
SITE_LOGO: str = read("SITE_LOGO", str, "")
if SITE_LOGO and not Path(SITE_LOGO).is_file():
    raise ImproperlyConfigured(f"SITE_LOGO={SITE_LOGO!r} is no file.")
# The sender where staff named none.
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL", str, "") or f"noreply@{urlsplit(SITE_URL).hostname or 'localhost'}"

# --- Behind HTTPS ---------------------------------------------------------------------------

if SITE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# Only for a proxy that sets X-Forwarded-Proto and X-Forwarded-For itself: otherwise clients could write anything.
BEHIND_PROXY = read_flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"without_traceback": {"()": "fluentcrm_api.logs.WithoutTraceback"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_traceback"]},
    },
    "root": {
        "handlers": ["console"],
        "level": read_choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
    },
    # Wrong credentials and unknown routes are errors of the client: the operator need not see them, nor each task
    # that went well.
    "loggers": {"django.request": {"level": "ERROR"}, "django_tasks": {"level": "WARNING"}},
}
