"""The environment of a site with short leases and small chunks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.fluentcrm_api.conftest import new_environment
from tests.processes import empty_database

# SQLite's workers pause between chunks.
CHUNK = "40" if connection.vendor == "postgresql" else "100"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    with empty_database(tmp_path) as url:
        yield new_environment(tmp_path, url) | {"JOB_LEASE": "1", "BULK_CHUNK": CHUNK}
