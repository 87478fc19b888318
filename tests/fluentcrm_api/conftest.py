"""The environment that commands and servers run in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fluentcrm_api.running import Running
from tests.postgres import free_port
from tests.processes import Prepared, empty_database, new_environment, prepared_site, served


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a server that has never run."""
    with empty_database(tmp_path) as url:
        yield new_environment(tmp_path, url)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Prepared]:
    """A site that is ready to run."""
    with prepared_site(tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """A site that is ready to run, with short deadlines."""
    deadlines = {"BODY_TIMEOUT": "2", "LOCK_TIMEOUT": "1", "STATEMENT_TIMEOUT": "2"}
    limits = {"MAX_BODY_BYTES": "200000", "MAX_CONNECTIONS": "120"}
    with prepared_site(tmp_path_factory.mktemp("server"), **deadlines, **limits) as site:
        yield site


@pytest.fixture(scope="module")
def prepared(quick: Prepared) -> dict[str, str]:
    """The environment of a server that is ready to run, with short deadlines."""
    return quick.environment


@pytest.fixture(scope="module")
def running(quick: Prepared) -> Iterator[Running]:
    """A server that runs, with the credentials of its first user."""
    port = free_port()
    with served(quick.environment, port) as process:
        yield Running(port, quick.password, quick.key, process)
