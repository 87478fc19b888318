"""What cannot start says why in one sentence that names the place, and says nothing else."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.once import on_one_database
from tests.postgres import free_port
from tests.processes import ROOT, manage, migrated_database, new_environment

postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a server that has never run; its database has all tables already."""
    with migrated_database(tmp_path) as url:
        yield new_environment(tmp_path, url)


def assert_told(stopped: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert stopped.returncode not in (0, None)
    assert stopped.stdout == ""
    assert stopped.stderr.count("\n") == 1, stopped.stderr
    for word in words:
        assert word in stopped.stderr


@on_one_database
@pytest.mark.parametrize("command", [("first_run",), ("serve",), ("migrate", "-v", "0"), ("create_api_key", "admin")])
def test_a_database_that_is_down_is_named(environment: dict[str, str], command: tuple[str, ...]) -> None:
    port = free_port()
    environment |= {"DATABASE_URL": f"postgres://ada:s3cret@127.0.0.1:{port}/crm"}
    stopped = manage(environment, *command)
    assert_told(stopped, "DATABASE_URL", "crm", f"127.0.0.1, port {port}", "refused")
    assert "s3cret" not in stopped.stderr


@postgresql
@pytest.mark.parametrize("command", ["first_run", "serve"])
def test_a_database_that_is_not_there_is_named(environment: dict[str, str], command: str) -> None:
    environment |= {"DATABASE_URL": urlsplit(environment["DATABASE_URL"])._replace(path="/no_such").geturl()}
    assert_told(manage(environment, command), "DATABASE_URL", 'database "no_such" does not exist')


@on_one_database
@pytest.mark.parametrize(
    ("command", "url"),
    [("first_run", "postgres://ada@127.0.0.1:54x/crm"), ("serve", "mysql://ada@127.0.0.1/crm"), ("migrate", "crm")],
)
def test_an_address_that_is_none_is_named(environment: dict[str, str], command: str, url: str) -> None:
    assert_told(manage(environment | {"DATABASE_URL": url}, command), "DATABASE_URL")


@on_one_database
@pytest.mark.parametrize("command", ["serve", "first_run"])
def test_a_database_in_memory_is_refused(environment: dict[str, str], command: str) -> None:
    """Each process would have one of its own."""
    environment |= {"DATABASE_URL": "sqlite://"}
    assert_told(manage(environment, command, "--port", str(free_port())), "DATABASE_URL must name a file")


@on_one_database
def test_a_file_that_is_no_database_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database " * 100)
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'notes.txt'}"}
    assert_told(manage(environment, "first_run"), "DATABASE_URL", "notes.txt", "not a database")


@pytest.mark.parametrize("variable", ["DATA_DIR", "STATIC_ROOT"])
def test_a_folder_that_cannot_be_written_to_is_named(migrated: dict[str, str], variable: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "folder")
    assert_told(manage(migrated | {variable: folder, "SECRET_KEY": "given"}, "first_run"), variable, folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_others_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o500)
    environment |= {"DATABASE_URL": f"sqlite:///{folder / 'crm.sqlite3'}"}
    assert_told(manage(environment, "first_run"), "DATABASE_URL", str(folder))


def test_a_port_that_is_taken_is_told_before_anything_is_made(migrated: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_told(manage(migrated, "first_run", "--port", port), f"127.0.0.1 port {port}", "already in use")
    assert not (tmp_path / "static").exists()
    # The next run is the first.
    assert "application password" in manage(migrated, "first_run", "--port", free_port()).stdout


def test_make_run_tells_it_too(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        recipe = [f"{name}={value}" for name, value in {"PORT": port, "PYTHON": sys.executable}.items()]
        stopped = subprocess.run(
            ["make", "--silent", "run", "--assume-old=setup", *recipe],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert stopped.returncode != 0
    assert "Serving" not in stopped.stdout
    assert "password" not in stopped.stdout
    assert f"Cannot listen on 127.0.0.1 port {port}" in stopped.stderr


@postgresql
def test_commands_take_their_time_and_requests_do_not(environment: dict[str, str]) -> None:
    show = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW statement_timeout'); print(*k.fetchone())"
    environment |= {"STATEMENT_TIMEOUT": "7"}
    asked = [
        manage(environment, "shell", "-v", "0", "-c", before + show) for before in ("", "import fluentcrm_api.wsgi; ")
    ]
    assert [answer.stdout for answer in asked] == ["0\n", "7s\n"]
