"""The server and its commands as processes of their own, the way `make run` starts them."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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
    name = f"new_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run one command of manage.py in that environment."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


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
