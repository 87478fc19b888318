"""A mail server for tests that send."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emails.models import Message
from tests.emails.factories import MessageFactory
from tests.emails.smtp import ADDRESS, Mailbox, mail_server
from tests.processes import migrated_database


@pytest.fixture
def message(db: None) -> Message:
    """A message that is due, to Ada."""
    message: Message = MessageFactory.create(subscriber__email=ADDRESS, subscriber__first_name="Ada")
    return message


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """What a real SMTP server on loopback gets; the site sends there, as fast as it can."""
    with mail_server() as (mailbox, port):
        settings.EMAIL_BACKEND = "emails.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_RATE = 0
        yield mailbox


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Path) -> Path:
    """Where mails land that are sent to no server, as fast as they come; and counters of the test's own."""
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_RATE = 0
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"
    return settings.MAIL_DIR


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a site for processes of its own, with a database without rows."""
    with migrated_database(tmp_path) as url:
        own = {
            "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
            "DATABASE_URL": url,
            "DATA_DIR": str(tmp_path),
            "STATIC_ROOT": str(tmp_path / "static"),
            "ENV_FILE": "",
            "SECRET_KEY": "only-for-tests",
            "EMAIL_RATE": "0",
        }
        yield os.environ | own
