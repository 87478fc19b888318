"""Counters of requests that each test has for itself."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_limit(settings: Any, tmp_path: Path) -> None:
    settings.FLUENZR_RATE_LIMIT = 1000
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"
