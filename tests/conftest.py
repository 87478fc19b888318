"""What every test shares: clients with credentials, and no network but loopback."""

import gc
import socket
from typing import Any

import pytest
from django.contrib.auth.models import User
from xdist.scheduler import LoadGroupScheduling

from pipelines.models import DEFAULTS, Stage
from tests.client import Api
from tests.factories import UserFactory
from tests.fluenzr.client import Fluenzr

LOOPBACK = ("127.0.0.1", "::1", "localhost")


# Folders and files whose tests share what takes long to start: one process runs them, and begins with them.
# (pytest-xdist 3.8 does not see its own mark `xdist_group` under pytest 9.2.)
TOGETHER = (
    "tests/browser/",
    "tests/jobs/test_processes.py",
    "tests/jobs/test_celery.py",
    "tests/fluentcrm_api/test_hooks.py",
    "tests/fluentcrm_api/test_slow_clients.py",
    "tests/fluentcrm_api/test_supervision.py",
)


class Together(LoadGroupScheduling):  # type: ignore[misc]  # it has no types
    def _split_scope(self, nodeid: str) -> str:
        own = (place for place in TOGETHER if nodeid.startswith(place))
        return next(own, None) or super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what stays to the end: modules, and thousands of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that reaches for the network. PostgreSQL's own client library is not watched."""
    connect = socket.socket.connect

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)


@pytest.fixture
def admin(db: None) -> User:
    """A user who may do everything."""
    return UserFactory.create(username="admin", is_superuser=True, is_staff=True)


@pytest.fixture
def api(admin: User) -> Api:
    """A client with the credentials of `admin`."""
    return Api(admin)


@pytest.fixture
def anonymous(db: None) -> Api:
    """A client without credentials."""
    return Api()


@pytest.fixture
def fluenzr(admin: User) -> Fluenzr:
    """A client of FluenzR's API with a key of `admin`."""
    return Fluenzr(admin)


@pytest.fixture
def keyless(db: None) -> Fluenzr:
    """A client of FluenzR's API without a key."""
    return Fluenzr()


@pytest.fixture
def stages(db: None) -> dict[str, Stage]:
    """The six stages of a new site by name, also after a test that has emptied the database."""
    return {
        name: Stage.objects.get_or_create(slug=name.lower(), defaults={"name": name, "position": place})[0]
        for place, name in enumerate(DEFAULTS, start=1)
    }
