"""What has to be there before anything is said to be ready; each fault is one sentence that names where it lies."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from django.core.management.base import CommandError
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# Where a server that listens on every address of the machine is reached from the machine itself.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def web_address(host: str, port: int) -> str:
    """The address to open on this machine: a server that listens everywhere is reached by loopback."""
    name = LOOPBACK.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, which no other program can take any more. Raises CommandError."""
    if not 1 <= port <= 65535:
        raise CommandError(f"--port {port} must be between 1 and 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CommandError(f"--host {host}: {error.strerror}.") from error
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise CommandError(f"Cannot listen on {address[0]} port {port}: {error.strerror}.") from error
    return listener


def check_address_is_free(host: str, port: int) -> None:
    with closing(listen(host, port)):
        pass


def check_database() -> None:
    """Raise CommandError when the database cannot be reached, or would be another one in each process."""
    if connection.vendor == "sqlite" and connection.settings_dict["NAME"] == ":memory:":
        raise CommandError("DATABASE_URL must name a file, such as sqlite:////var/lib/fluentcrm.sqlite3.")
    try:
        connection.ensure_connection()
    except Error as error:
        raise CommandError(describe_database_error(error)) from error


def describe_database_error(error: Exception) -> str:
    """One line, without the password."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        folder = Path(name).resolve().parent
        reason = str(error) if os.access(folder, os.W_OK | os.X_OK) else f"the folder {folder} cannot be written to"
        return f"The database {name} cannot be used: {reason}. DATABASE_URL or DATA_DIR says where it is."
    host = connection.settings_dict["HOST"] or "the local socket"
    port = connection.settings_dict["PORT"] or 5432
    reason = " ".join(str(error).split()).rstrip(".")
    return f"DATABASE_URL: the database {name} on {host}, port {port}, cannot be used: {reason}."


@contextmanager
def database_errors_named() -> Iterator[None]:
    """Turn what the database refuses into one sentence. Raises CommandError."""
    try:
        yield
    except Error as error:
        raise CommandError(describe_database_error(error)) from error


def check_folder(path: Path, variable: str) -> None:
    """Make the folder; raise CommandError when no file can be made in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CommandError(f"{variable}: {path} cannot be written to: {error.strerror}.") from error


@cache
def own_migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of each migration that the code has; read from its files once."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def migrations_are_applied() -> bool:
    """By one statement. Raises django.db.Error."""
    return own_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


def check_migrations_are_applied() -> None:
    if not migrations_are_applied():
        raise CommandError("The database is not up to date: run `manage.py migrate` first.")
