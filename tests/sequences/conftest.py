"""Rows of sequences, and the mail server of the tests of mails."""

import pytest

from sequences.models import EmailSequence
from subscribers.models import Subscriber
from tests.emails.conftest import environment, mailbox
from tests.factories import SubscriberFactory
from tests.sequences.factories import EmailSequenceFactory

__all__ = ["environment", "mailbox"]


@pytest.fixture
def sequence(db: None) -> EmailSequence:
    return EmailSequenceFactory.create()


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(status="subscribed")
