"""The environment that commands and servers run in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fluentcrm_api.running import Running
from tests.postgres import free_port
from tests.processes import empty_database, manage, migrated_database, served


def new_environment(folder: Path, url: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
    }


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a server that has never run."""
    with empty_database(tmp_path) as url:
        yield new_environment(tmp_path, url)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a server that is ready to run, with short deadlines."""
    folder = tmp_path_factory.mktemp("server")
    with migrated_database(folder) as url:
        environment = new_environment(folder, url) | {
            "BODY_TIMEOUT": "2",
            "LOCK_TIMEOUT": "1",
            "STATEMENT_TIMEOUT": "2",
            "MAX_BODY_BYTES": "200000",
            "MAX_CONNECTIONS": "120",
        }
        first = manage(environment, "first_run")
        assert first.returncode == 0, first.stderr
        yield environment


@pytest.fixture(scope="module")
def running(prepared: dict[str, str]) -> Iterator[Running]:
    """A server that runs, with the credentials of its first user."""
    made = [manage(prepared, command, "admin") for command in ("create_application_password", "create_api_key")]
    password, key = (command.stdout.strip().split("\n")[-1] for command in made)
    port = free_port()
    with served(prepared, port) as process:
        yield Running(port, password, key, process)
