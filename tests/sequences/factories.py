"""Sequences and their mails for tests."""

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from emails.models import Kind
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from tests.emails.factories import MailingFactory
from tests.factories import SubscriberFactory


class EmailSequenceFactory(DjangoModelFactory[EmailSequence]):
    class Meta:
        model = EmailSequence

    title = Sequence(lambda n: f"Sequence {n}")


class SequenceMailFactory(DjangoModelFactory[SequenceMail]):
    """A mail that leaves as soon as a contact enters."""

    class Meta:
        model = SequenceMail

    mailing = SubFactory(MailingFactory, kind=Kind.SEQUENCE)
    sequence = SubFactory(EmailSequenceFactory)


class SequenceTrackerFactory(DjangoModelFactory[SequenceTracker]):
    class Meta:
        model = SequenceTracker

    sequence = SubFactory(EmailSequenceFactory)
    subscriber = SubFactory(SubscriberFactory)
