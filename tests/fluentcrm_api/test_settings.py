"""The settings: read from the environment; a value that cannot be right stops the server and is named. One file, as the settings are one file."""

import os
import re
import runpy
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.once import on_one_database

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLES = re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Read the settings afresh with just these variables set."""

    def load(**variables: str) -> dict[str, Any]:
        clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        defaults = {"ENV_FILE": "", "DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "a key"}
        with patch.dict(os.environ, clean | defaults | variables, clear=True):
            return runpy.run_path(str(ROOT / "fluentcrm_api" / "settings.py"))

    return load


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "UTC+2"),
        ("TIME_ZONE", ""),
        ("TIME_ZONE", "../UTC"),
        ("SITE_URL", "crm.example.com"),
        ("SITE_URL", "ftp://crm.example.com"),
        ("SITE_URL", ""),
        ("LIST_ENVELOPE", "round"),
        ("LIST_ENVELOPE", "BOTH"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_LEVEL", "info"),
        ("MAX_BODY_BYTES", "lots"),
        ("MAX_BODY_BYTES", "10MB"),
        ("MAX_BODY_BYTES", "1023"),
        ("MAX_BODY_BYTES", "-1"),
        ("MAX_BODY_BYTES", "1.5"),
        ("MAX_BODY_FIELDS", "many"),
        ("TASK_BROKER_URL", "kafka://127.0.0.1"),
        ("JOB_LEASE", "0"),
        ("JOBS_RETENTION_DAYS", "-1"),
        ("BODY_TIMEOUT", "0"),
        ("IDLE_TIMEOUT", "soon"),
        ("MAX_CONNECTIONS", "0"),
        ("WORKER_THREADS", "0"),
        ("ANYMAIL", "a token"),
        ("ANYMAIL", "[]"),
        ("CONNECT_TIMEOUT", "-1"),
        ("STATEMENT_TIMEOUT", "30s"),
        ("LOCK_TIMEOUT", "-1"),
        ("MAX_BODY_FIELDS", "0"),
        ("DATABASE_URL", "mysql://user:password@host/name"),
        ("DATABASE_URL", "postgres://user:password@host:port/name"),
        pytest.param("DATABASE_URL", "not a url"),
        ("DATABASE_URL", "nonsense://host/name"),
        ("DATABASE_URL", "postgres://user:password@host"),
        pytest.param("DEBUG", "maybe"),
        pytest.param("BEHIND_PROXY", "perhaps"),
        pytest.param("ENV_FILE", "no-such-file.env"),
        pytest.param("CONTACT_TYPES", ","),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_URL", "http://mail.example.com"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "smtp://mail.example.com:port"),
        ("EMAIL_RATE", "-1"),
        ("EMAIL_TIMEOUT", "0"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_and_named(load: Load, variable: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=variable):
        load(**{variable: value})


def test_a_key_that_cannot_be_kept_is_named(load: Load, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY"):
        load(SECRET_KEY="", DATA_DIR=str(tmp_path / "file" / "data"), DATABASE_URL="sqlite://:memory:")


@on_one_database
@pytest.mark.parametrize("setting", ["TIME_ZONE=Mars/Olympus", "DATABASE_URL=mysql://x/y", "CSRF_TRUSTED_ORIGINS=crm"])
def test_the_server_does_not_start_with_it(setting: str, tmp_path: Path) -> None:
    variable, _, value = setting.partition("=")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        variable: value,
    }
    for command in ("check", "serve", "first_run"):
        stopped = subprocess.run(
            [sys.executable, "manage.py", command],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert stopped.returncode != 0
        assert variable in stopped.stderr
        assert "Traceback" not in stopped.stderr
        if command == "check":
            continue
        assert not (tmp_path / "db.sqlite3").exists()


def test_nothing_has_to_be_set(load: Load, tmp_path: Path) -> None:
    settings = load(SECRET_KEY="")
    assert settings["DEBUG"] is False
    assert settings["TIME_ZONE"] == "UTC"
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["SITE_NAME"] == "FluentCRM API"
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["LIST_ENVELOPE"] == "both"
    assert settings["CONTACT_TYPES"] == ("lead", "customer")
    assert settings["MAX_BODY_BYTES"] == settings["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 10_485_760
    assert settings["DATA_UPLOAD_MAX_NUMBER_FIELDS"] == 20_000
    assert settings["DATABASES"]["default"]["ENGINE"] == "database.sqlite"
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "data" / "fluentcrm.sqlite3")
    assert settings["APPEND_SLASH"] is False
    assert settings["LOGGING"]["root"]["level"] == "INFO"
    assert "corsheaders" not in settings["INSTALLED_APPS"]
    assert not [name for name in settings["MIDDLEWARE"] if "cors" in name]
    assert not settings.keys() & {"SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"}


def test_mail_is_kept_as_files_unless_told_otherwise(load: Load, tmp_path: Path) -> None:
    settings = load(SITE_URL="https://crm.example.com:8443")
    assert settings["EMAIL_BACKEND"] == "emails.backends.files.EmailBackend"
    assert settings["MAIL_DIR"] == tmp_path / "data" / "mail"
    assert settings["DEFAULT_FROM_EMAIL"] == "noreply@crm.example.com"


@pytest.mark.parametrize(
    ("scheme", "tls", "ssl"), [("smtp", False, False), ("smtp+tls", True, False), ("smtp+ssl", False, True)]
)
def test_mail_goes_where_the_address_says(load: Load, scheme: str, tls: bool, ssl: bool) -> None:
    settings = load(EMAIL_URL=f"{scheme}://us%40er:pa%3Ass@mail.example.com:587")
    names = ("BACKEND", "HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert [settings[f"EMAIL_{name}"] for name in names] == [
        "emails.backends.smtp.EmailBackend",
        "mail.example.com",
        587,
        "us@er",
        "pa:ss",
        tls,
        ssl,
    ]


def test_env_example_shows_the_defaults(load: Load) -> None:
    text = (ROOT / ".env.example").read_text()
    named = dict(re.findall(r"^#([A-Z_]+)=(.+)$", text, re.MULTILINE))
    # These have no fixed default, or name the file itself.
    for name in ("DATA_DIR", "STATIC_ROOT", "ENV_FILE"):
        named.pop(name)
    shown, default = load(**named), load()
    plain = (str, int, bool, list, tuple, dict)
    assert {name: value for name, value in shown.items() if name.isupper() and isinstance(value, plain)} == {
        name: value for name, value in default.items() if name.isupper() and isinstance(value, plain)
    }


def test_values_are_read(load: Load) -> None:
    settings = load(
        TIME_ZONE="Europe/Berlin",
        SITE_URL="https://crm.example.com/",
        ALLOWED_HOSTS="crm.example.com,10.0.0.5",
        LIST_ENVELOPE="flat",
        CONTACT_TYPES="lead,customer,partner",
        MAX_BODY_BYTES="2048",
        MAX_BODY_FIELDS="7",
        DEBUG="true",
        LOG_LEVEL="WARNING",
        CSRF_TRUSTED_ORIGINS="https://crm.example.com",
    )
    assert settings["TIME_ZONE"] == "Europe/Berlin"
    assert settings["SITE_URL"] == "https://crm.example.com"
    assert settings["ALLOWED_HOSTS"] == ["crm.example.com", "10.0.0.5"]
    assert settings["LIST_ENVELOPE"] == "flat"
    assert settings["CONTACT_TYPES"] == ("lead", "customer", "partner")
    assert settings["MAX_BODY_BYTES"] == settings["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 2048
    assert settings["DATA_UPLOAD_MAX_NUMBER_FIELDS"] == 7
    assert settings["DEBUG"] is True
    assert settings["LOGGING"]["root"]["level"] == "WARNING"
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://crm.example.com"]


def test_postgresql_is_chosen_by_its_address_and_keeps_its_connections(load: Load) -> None:
    database = load(DATABASE_URL="postgres://ada:p%40ss@db.example.com:5433/crm")["DATABASES"]["default"]
    assert {name: database[name] for name in ("ENGINE", "HOST", "PORT", "USER", "PASSWORD", "NAME")} == {
        # Django's own, with a cheaper health check and statements that are planned once.
        "ENGINE": "database.postgresql",
        "HOST": "db.example.com",
        "PORT": 5433,
        "USER": "ada",
        "PASSWORD": "p@ss",
        "NAME": "crm",
    }
    assert database["CONN_MAX_AGE"] is None
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"]["prepare_threshold"] == 5


def test_the_database_is_not_waited_for_without_end(load: Load) -> None:
    options = load(DATABASE_URL="postgres://ada@db.example.com/crm", CONNECT_TIMEOUT="7")["DATABASES"]["default"][
        "OPTIONS"
    ]
    assert options["connect_timeout"] == 7
    assert options["tcp_user_timeout"] == 60_000
    sqlite = load(DATABASE_URL="sqlite://:memory:", LOCK_TIMEOUT="3")["DATABASES"]["default"]["OPTIONS"]
    assert sqlite["timeout"] == 3


def test_a_folder_that_cannot_be_made_is_named(load: Load, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=f"DATABASE_URL or DATA_DIR: the folder {tmp_path}/file/data"):
        load(DATA_DIR=str(tmp_path / "file" / "data"))


def test_statements_are_not_prepared_where_a_pooler_could_not_keep_them(load: Load) -> None:
    settings = load(DATABASE_URL="postgres://ada@db.example.com/crm", PREPARE_STATEMENTS="no")
    assert settings["DATABASES"]["default"]["OPTIONS"]["prepare_threshold"] is None


def test_sqlite_waits_for_locks_and_writes_beside_readers(load: Load, tmp_path: Path) -> None:
    database = load(DATABASE_URL=f"sqlite:///{tmp_path / 'new' / 'crm.sqlite3'}")["DATABASES"]["default"]
    assert (tmp_path / "new").is_dir()
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 10
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "cache_size=-32768", "wal_autocheckpoint=4000"):
        assert pragma in database["OPTIONS"]["init_command"]


def test_tasks_go_through_the_database_or_the_broker_that_is_named(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load()["TASKS"] == {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    for scheme in ("amqp", "amqps", "redis", "rediss"):
        tasks = load(TASK_BROKER_URL=f"{scheme}://127.0.0.1/")["TASKS"]
        assert tasks == {"default": {"BACKEND": "jobs.celery.CeleryBackend"}}
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ImproperlyConfigured, match="TASK_BROKER_URL needs Celery"):
        load(TASK_BROKER_URL="amqp://127.0.0.1/")


def test_cookies_are_sent_over_https_only_where_the_site_is(load: Load) -> None:
    settings = load(SITE_URL="https://crm.example.com")
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True


def test_a_proxy_is_believed_only_when_it_is_there(load: Load) -> None:
    assert load(BEHIND_PROXY="True")["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert "SECURE_PROXY_SSL_HEADER" not in load(BEHIND_PROXY="False")


def test_cors_is_switched_on_by_naming_origins(load: Load) -> None:
    settings = load(CORS_ALLOWED_ORIGINS="https://a.example,https://b.example")
    assert settings["CORS_ALLOWED_ORIGINS"] == ["https://a.example", "https://b.example"]
    assert settings["CORS_ALLOW_ALL_ORIGINS"] is False
    assert settings["MIDDLEWARE"][0] == "corsheaders.middleware.CorsMiddleware"
    settings = load(CORS_ALLOWED_ORIGINS="*")
    assert settings["CORS_ALLOW_ALL_ORIGINS"] is True
    assert settings["CORS_ALLOWED_ORIGINS"] == []


# --- The key --------------------------------------------------------------------------------


def test_a_key_is_made_once_and_kept_for_its_owner_alone(load: Load, tmp_path: Path) -> None:
    key = load(SECRET_KEY="")["SECRET_KEY"]
    file = tmp_path / "data" / "secret_key"
    assert len(key) >= 50
    assert file.read_text() == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load(SECRET_KEY="")["SECRET_KEY"] == key
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_a_key_that_is_given_is_used_and_none_is_made(load: Load, tmp_path: Path) -> None:
    assert load(SECRET_KEY="given", DATABASE_URL="sqlite://:memory:")["SECRET_KEY"] == "given"
    assert not (tmp_path / "data" / "secret_key").exists()


def test_two_first_runs_at_once_have_one_key(load: Load, tmp_path: Path) -> None:
    read_secret_key = load()["read_secret_key"]
    path = tmp_path / "new" / "secret_key"
    with patch.dict(os.environ, {"SECRET_KEY": ""}), ThreadPoolExecutor(8) as together:
        keys = set(together.map(read_secret_key, [path] * 8))
    assert keys == {path.read_text()}


# --- The file -------------------------------------------------------------------------------


def test_a_file_is_read_and_the_environment_wins(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# A comment\nTIME_ZONE=Asia/Tokyo\nSITE_NAME='My shop'\nLIST_ENVELOPE=flat\n")
    settings = load(ENV_FILE=str(file), LIST_ENVELOPE="nested")
    assert settings["TIME_ZONE"] == "Asia/Tokyo"
    assert settings["SITE_NAME"] == "My shop"
    assert settings["LIST_ENVELOPE"] == "nested"


def test_a_bad_value_in_a_file_is_named_too(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("MAX_BODY_BYTES=lots\n")
    with pytest.raises(ImproperlyConfigured, match="MAX_BODY_BYTES='lots'"):
        load(ENV_FILE=str(file))
