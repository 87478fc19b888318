"""History of a filled database moves here from subscribers: no row, no meaning and no right is lost."""

from pathlib import Path

import pytest

from tests.changes.landed import ENTRIES
from tests.changes.run_on import run_on
from tests.processes import empty_database


@pytest.mark.django_db(transaction=True)
def test_it_keeps_every_row_and_right(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        report = run_on(url, "tests.changes.landed")
    before, after = report["before"], report["after"]
    assert len(before["entries"]) == ENTRIES
    assert after["links"] == before["links"]
    assert after["entries"] == [
        [pk, "system" if channel == "command" else channel, *rest] for pk, channel, *rest in before["entries"]
    ]
    assert report["subjects"] == [["contact", None]]
    assert report["new"] > before["entries"][-1][0]
    # Old entries come first, in their own order.
    assert report["read"] == [entry[0] for entry in before["entries"]] + [report["new"]]
    assert sorted(report["tables"]) == ["changes_change", "changes_changedcontact"]
    assert (report["user may"], report["group may"], report["permissions"]) == (True, 1, 1)
