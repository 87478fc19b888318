"""Browsers in which somebody is signed in, and a mail server."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.emails.conftest import mailbox
from tests.factories import UserFactory

__all__ = ["mailbox"]


@pytest.fixture
def browser(admin: User) -> Client:
    """A browser in which `admin` is signed in."""
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def viewer_of(db: None) -> Callable[..., Client]:
    """A browser in which somebody is signed in who has the permissions (`app.codename`) and no others."""

    def sign_in(*names: str) -> Client:
        user = UserFactory.create(is_staff=True)
        for name in names:
            app, _, codename = name.partition(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        client = Client()
        client.force_login(user)
        return client

    return sign_in
