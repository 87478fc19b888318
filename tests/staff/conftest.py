"""A browser with the admin's session."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def browser(admin: User) -> Client:
    """A browser in which `admin` is signed in."""
    client = Client()
    client.force_login(admin)
    return client
