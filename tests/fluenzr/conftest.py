"""Clients with API keys, and counters of requests that each test has for itself."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from pipelines.models import DEFAULTS, Stage
from tests.fluenzr.client import Fluenzr


@pytest.fixture(autouse=True)
def _own_limit(settings: Any, tmp_path: Path) -> None:
    settings.FLUENZR_RATE_LIMIT = 1000
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"


@pytest.fixture
def fluenzr(admin: User) -> Fluenzr:
    """A client with a key of `admin`."""
    return Fluenzr(admin)


@pytest.fixture
def keyless(db: None) -> Fluenzr:
    """A client without a key."""
    return Fluenzr()


@pytest.fixture
def stages(db: None) -> dict[str, Stage]:
    """The six stages of a new site by name, also after a test that has emptied the database."""
    return {
        name: Stage.objects.get_or_create(slug=name.lower(), defaults={"name": name, "position": place})[0]
        for place, name in enumerate(DEFAULTS, start=1)
    }
