"""Mail that is queued leaves by itself: the worker beside the web processes sends it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.working import SECONDS, Site, site
from tests.processes import prepared_site


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Site]:
    """A server with a worker beside it."""
    with (
        prepared_site(tmp_path) as prepared,
        site(prepared) as alone,
        alone.again(worker=True) as both,
    ):
        yield both


def test_it_sends_what_a_bulk_action_asks(running: Site) -> None:
    rows = [{"email": f"c{number}@example.com", "status": "pending"} for number in range(5)]
    running.call("POST", "/subscribers/bulk-add-update", {"contacts": rows})
    answer = running.call("POST", "/subscribers/do-bulk-action", {"action_name": "send_double_optin", "is_all": "yes"})
    assert answer["sent"] == 5
    folder = Path(running.environment["DATA_DIR"]) / "mail"
    deadline = time.monotonic() + SECONDS
    while len(list(folder.glob("*.eml"))) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    to = {line for mail in folder.glob("*.eml") for line in mail.read_text().splitlines() if line.startswith("To:")}
    assert to == {f"To: c{number}@example.com" for number in range(5)}
