"""Settings, all read from the environment (or from a `.env` file beside manage.py; ENV_FILE names another).

A value that cannot be right stops the server at once with a sentence that names the variable.
`.env.example` lists every variable with its default.
"""

import contextlib
import os
import secrets
import tempfile
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

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
    """The variable's value as `cast`, or the default; raises ImproperlyConfigured naming the variable."""
    try:
        return env.get_value(variable, cast=cast, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{variable}={os.environ.get(variable)!r} is not a valid {cast.__name__}."
        ) from error


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


def read_secret_key(path: Path) -> str:
    """SECRET_KEY, else the key kept in `path`, which is made on the first run for its owner's eyes only."""
    key: str = read("SECRET_KEY", str, "")
    if key:
        return key
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Written whole beside its place and linked into it: of two first runs at once, one
            # makes the key and neither reads half of one. A temporary file is its owner's alone.
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

# --- What the API answers -------------------------------------------------------------------

# A page of contacts: FluentCRM's nested shape, the guide's flat one, or both in one answer.
LIST_ENVELOPE = read_choice("LIST_ENVELOPE", ("both", "nested", "flat"), "both")
CONTACT_TYPES = tuple(name.strip() for name in read("CONTACT_TYPES", list, ["lead", "customer"]) if name.strip())
if not CONTACT_TYPES:
    raise ImproperlyConfigured("CONTACT_TYPES must name at least one type.")
MAX_BODY_BYTES = read_number("MAX_BODY_BYTES", 10 * 1024 * 1024, least=1024)
# /v1: what an unknown key of a contact's customFields does, a new text field or a 400.
FLUENZR_UNKNOWN_CUSTOM_FIELDS = read_choice("FLUENZR_UNKNOWN_CUSTOM_FIELDS", ("create", "refuse"), "create")
# Requests a minute, of each API key on /v1 and of each application password on the other face; 0 limits nothing.
FLUENZR_RATE_LIMIT = read_number("FLUENZR_RATE_LIMIT", 1000)
FLUENTCRM_RATE_LIMIT = read_number("FLUENTCRM_RATE_LIMIT", 0)
# Wrong passwords and keys a minute, of each address and for each user name, before they are 429; 0 for any number.
FAILED_LOGINS_A_MINUTE = read_number("FAILED_LOGINS_A_MINUTE", 10)
# Incoming hooks and bounces: bytes of a body, and requests a minute of each hook (0 for no limit).
HOOK_BODY_BYTES = read_number("HOOK_BODY_BYTES", 1024 * 1024, least=1024)
HOOK_RATE_LIMIT = read_number("HOOK_RATE_LIMIT", 600)
# Where the counters of all that are: in Redis for all machines, else in a file for all processes of this one.
RATE_LIMIT_STORAGE: str = read("RATE_LIMIT_STORAGE", str, "")
if RATE_LIMIT_STORAGE and not RATE_LIMIT_STORAGE.startswith(("redis://", "rediss://", "redis+unix://")):
    raise ImproperlyConfigured("RATE_LIMIT_STORAGE must be empty or start with redis://, rediss:// or redis+unix://.")
RATE_LIMIT_FILE = Path(read("RATE_LIMIT_FILE", str, str(DATA_DIR / "rate_limits")))
# How many contacts a bulk action on all that a query finds takes in one call, one transaction.
BULK_CHUNK = read_number("BULK_CHUNK", 20_000, least=1)
# Days that history, and the addresses of deleted contacts in it, are kept; 0 is for ever (changes.retention).
CHANGES_RETENTION_DAYS = read_number("CHANGES_RETENTION_DAYS", 0)
DELETED_CONTACTS_RETENTION_DAYS = read_number("DELETED_CONTACTS_RETENTION_DAYS", 30)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
# No screen and no route takes a file, so none is kept, least of all on the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = read_number("MAX_BODY_FIELDS", 20_000, least=1)

# Seconds in which a request must have arrived, headers and body, and for which an idle client is kept.
BODY_TIMEOUT = read_number("BODY_TIMEOUT", 30, least=1)
IDLE_TIMEOUT = read_number("IDLE_TIMEOUT", 75, least=1)
# Of each worker process: clients at once, and requests that may wait for the database at once.
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
# Seconds; 0 waits for ever. Those of statements and locks are for requests: commands take their time.
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
    database["OPTIONS"] = {
        # IMMEDIATE: a transaction that will write waits for the lock at its start. A deferred one
        # that has read before it writes cannot wait any more and fails with "database is locked".
        "transaction_mode": "IMMEDIATE",
        # SQLite has one lock, its file's.
        "timeout": LOCK_TIMEOUT or 24 * 3600,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    database["ENGINE"] = "database.postgresql"
    # Of fixed statements alone: Django's own cursors prepare nothing. A pooler between may not keep
    # prepared statements; then this is switched off.
    prepared = 5 if read_flag("PREPARE_STATEMENTS", default=True) else None
    database["OPTIONS"] = {
        "prepare_threshold": prepared,
        "connect_timeout": CONNECT_TIMEOUT,
        # A machine that is gone without a word is found out within a minute, also by those who wait for its answer.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,  # milliseconds
    } | database.get("OPTIONS", {})
# A new connection a request makes requests five times slower.
database["CONN_MAX_AGE"] = None
database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Apps -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Before the admin, whose templates it overrides.
    "staff",
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
    "database",
    "rest",
    "wp_rest",
    "accounts",
    "changes",
    "segments",
    "custom_fields",
    "companies",
    "pipelines",
    "subscribers",
    "notes",
    "events",
    "profile_sections",
    "webhooks",
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
    "staff.sessions.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "staff.sign_in.AdminDoor",
    "fluentcrm_api.errors.AnswerWithoutDatabase",
    "axes.middleware.AxesMiddleware",
]
# New passwords and keys are told in messages: a cookie would carry them, for anyone to decode.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "staff.sessions"
# A redirected POST loses its body; wp_rest.middleware makes a trailing slash mean nothing instead.
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

# axes only guards the form to sign in: the API has no part in these backends but its users' rights.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# By user and address together: a lockout by the user alone would let strangers lock staff out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = read_number("ADMIN_FAILED_LOGINS", 5, least=1)
AXES_COOLOFF_TIME = timedelta(minutes=read_number("ADMIN_LOCKOUT_MINUTES", 15, least=1))
# Attempts while the lockout lasts do not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "rest.addresses.client_network"
AXES_LOCKOUT_CALLABLE = "staff.notices.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Who tries many users from one address is stopped at this many times FAILED_LOGINS_A_MINUTE.
ADMIN_USERS_AN_ADDRESS = 3

STATIC_URL = "static/"
# Files of the root: the icon that browsers ask for, robots.txt.
WHITENOISE_ROOT = BASE_DIR / "fluentcrm_api" / "public"
STATIC_ROOT = Path(read("STATIC_ROOT", str, str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

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

# --- Behind HTTPS ---------------------------------------------------------------------------

if SITE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# On only behind a proxy that sets X-Forwarded-Proto and X-Forwarded-For itself: a client could claim anything.
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
    # Wrong credentials and unknown routes are the client's business, not the operator's.
    "loggers": {"django.request": {"level": "ERROR"}},
}
