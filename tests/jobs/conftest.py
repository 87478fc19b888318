"""A site with short leases and small chunks, and thousands of contacts; each test has a tag of its own."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.jobs.working import Site, site
from tests.processes import prepared_site

CONTACTS = 3_000
# SQLite's workers pause between chunks.
CHUNK = 40 if connection.vendor == "postgresql" else 100


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site's server, which has no worker beside it."""
    folder = tmp_path_factory.mktemp("site")
    with prepared_site(folder, JOB_LEASE="1", BULK_CHUNK=str(CHUNK)) as prepared, site(prepared) as running:
        running.make_contacts(CONTACTS)
        yield running
