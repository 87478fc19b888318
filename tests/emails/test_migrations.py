"""Messages of a filled database are kept, each campaign has one message to a contact, and all are counted."""

from pathlib import Path

import pytest

from tests.changes.run_on import run_on
from tests.processes import empty_database


@pytest.mark.django_db(transaction=True)
def test_it_keeps_every_message_and_counts_it(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        report = run_on(url, "tests.emails.before_campaigns")
    # The two failed ones are deleted afterwards.
    assert report["messages"] == [
        ["custom", "scheduled"],
        ["campaign", "scheduled"],
        ["custom", "scheduled"],
        ["campaign", "sent"],
        ["custom", "scheduled"],
        ["campaign", "sent"],
    ]
    assert report["held"] is False
    assert report["numbers"] == {"scheduled": 4, "sent": 2, "failed": 2, "opened": 2}
    contacts, clicks, counted = report["link"]
    assert (contacts, clicks) == (2, counted)
    assert report["failed"] == 0
