"""Property-based tests: no example has a time limit, as machines may be busy."""

import pytest
from django.contrib.auth.models import User
from hypothesis import settings

from tests.fluenzr.client import Fluenzr

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def fluenzr(admin: User) -> Fluenzr:
    """A client of the other face with a key of `admin`."""
    return Fluenzr(admin)
