"""The environment that commands and servers run in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import empty_database


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a server that has never run."""
    with empty_database(tmp_path) as url:
        yield os.environ | {
            "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
            "DATABASE_URL": url,
            "DATA_DIR": str(tmp_path),
            "STATIC_ROOT": str(tmp_path / "static"),
        }
