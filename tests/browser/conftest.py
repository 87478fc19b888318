"""A site with 100,000 contacts that runs as `make run` runs it, and somebody who uses it in a browser."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.browser import chromium
from tests.browser.chromium import Visitor
from tests.browser.data import COPY, MAKE, PASSWORD, SHOW, USER
from tests.postgres import free_port
from tests.processes import manage, migrated_database, new_environment, served


class Site(NamedTuple):
    address: str
    # Where mails land, and the addresses of pages of some rows by name (tests.browser.showcase).
    mails: Path
    rows: dict[str, str]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site. The tests share it: none relies on what another leaves there, or takes away."""
    if reason := chromium.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("site")
    with migrated_database(folder) as url:
        environment = new_environment(folder, url)
        port = free_port()
        for arguments in (("first_run", "--port", port), ("shell", "-v", "0", "-c", MAKE + COPY + SHOW)):
            # A hundred thousand contacts take seconds, but minutes on a machine that does much else.
            done = manage(environment, *arguments, seconds=240)
            assert done.returncode == 0, done.stderr
        with served(environment, port):
            yield Site(f"http://127.0.0.1:{port}", folder / "mail", json.loads(done.stdout))


@pytest.fixture(scope="session")
def site(running: Site) -> str:
    """The address of the site."""
    return running.address


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Any]:
    """A browser for all tests of a file: while it is open, this process makes no statements by Django."""
    with chromium.opened() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(browser: Any, site: str) -> Any:
    """The cookies of a user who is signed in."""
    visitor = Visitor(browser, site)
    visitor.sign_in(USER, PASSWORD)
    cookies = visitor.context.storage_state()
    visitor.close()
    return cookies


@pytest.fixture
def window(browser: Any, site: str) -> Iterator[Callable[..., Visitor]]:
    """Opens the site for a stranger, who shares no cookies with others; fails the test if a page complained."""
    visitors: list[Visitor] = []

    def open_window(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, site, **options))
        return visitors[-1]

    yield open_window
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.close()
    assert complaints == []


@pytest.fixture
def staff(window: Callable[..., Visitor], session: Any) -> Callable[..., Visitor]:
    """Opens the site for staff."""
    return partial(window, storage_state=session)


@pytest.fixture
def olga(staff: Callable[..., Visitor]) -> Visitor:
    return staff()
