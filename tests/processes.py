"""The server and its commands as processes of their own, the way `make run` starts them."""

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a new database, of the kind that this test run uses."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        yield f"sqlite:///{folder / 'new.sqlite3'}"
        return
    with new_database(url) as new:
        yield new


@contextmanager
def new_database(url: str, template: str = "template1") -> Iterator[str]:
    """The DATABASE_URL of a new database beside the one named, as a copy of the template."""
    name = f"new_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def migrated_database(folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a new database with all tables and no users, of the kind that this test run uses."""
    with copy_of(migrated_template(), folder) as url:
        yield url


@contextmanager
def copy_of(template: str, folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a copy of a database that nobody uses now."""
    if template.startswith("sqlite"):
        shutil.copy(template.removeprefix("sqlite:///"), folder / "new.sqlite3")
        yield f"sqlite:///{folder / 'new.sqlite3'}"
        return
    with new_database(os.environ["DATABASE_URL"], urlsplit(template).path.removeprefix("/")) as new:
        yield new


@cache
def migrated_template() -> str:
    """The URL of a database that is migrated once in this process, for all tests that start from its copies."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    url = stack.enter_context(empty_database(Path(folder)))
    own = {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "DATABASE_URL": url,
        "DATA_DIR": folder,
        "ENV_FILE": "",
        "SECRET_KEY": "only-for-tests",
    }
    migrated = manage(os.environ | own, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    return url


@dataclass(frozen=True)
class Prepared:
    """The environment of a site after its first run, and what opens it: a password and a key of `admin`."""

    environment: dict[str, str]
    password: str
    key: str


def new_environment(folder: Path, url: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
    }


def prepare(environment: dict[str, str]) -> Prepared:
    """Prepare a site that has never run."""
    first = manage(environment, "first_run")
    assert first.returncode == 0, first.stderr
    shown = re.search(r'-u "admin:([^"]+)"', first.stdout)
    assert shown, first.stdout
    key = manage(environment, "create_api_key", "admin").stdout.strip().split("\n")[-1]
    return Prepared(environment, shown[1], key)


@contextmanager
def prepared_site(folder: Path, **variables: str) -> Iterator[Prepared]:
    """A site of the kind of database that this test run uses, with these variables, as if just prepared."""
    template = prepared_template()
    with copy_of(template.environment["DATABASE_URL"], folder) as url:
        static = {"STATIC_ROOT": template.environment["STATIC_ROOT"]}
        yield replace(template, environment=new_environment(folder, url) | static | variables)


@cache
def prepared_template() -> Prepared:
    """A site that is prepared once in this process; others have copies of its database, and its static files."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return prepare(new_environment(folder, stack.enter_context(migrated_database(folder))))


def manage(environment: dict[str, str], *arguments: object, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    """Run one command of manage.py in that environment, for so long at most."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )


@contextmanager
def served(environment: dict[str, str], port: int, *, worker: bool = False) -> Iterator["subprocess.Popen[str]"]:
    """A server that listens on the port, without a process for background work unless `worker` is true."""
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "2"]
    beside = ", and one for background work" if worker else ""
    command += [] if worker else ["--no-worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == f"Serving on http://127.0.0.1:{port} with 2 workers{beside}.\n"
            yield process
        finally:
            process.terminate()
