"""Templates, mailings and messages for tests."""

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from emails.models import Mailing, Message, Template
from tests.factories import SubscriberFactory


class TemplateFactory(DjangoModelFactory[Template]):
    class Meta:
        model = Template

    title = Sequence(lambda n: f"Template {n}")
    subject = "News for {{contact.first_name}}"
    body = "<p>Hello {{contact.first_name}}</p>"


class MailingFactory(DjangoModelFactory[Mailing]):
    class Meta:
        model = Mailing

    title = Sequence(lambda n: f"Mailing {n}")
    subject = "Hello {{contact.first_name|there}}"
    body = '<p>Hi {{contact.first_name}}, <a href="https://shop.example.com/a">first link</a></p>'


class MessageFactory(DjangoModelFactory[Message]):
    """A message that is due."""

    class Meta:
        model = Message

    subscriber = SubFactory(SubscriberFactory)
    mailing = SubFactory(MailingFactory)
    kind = LazyAttribute(lambda message: message.mailing.kind)
    email = LazyAttribute(lambda message: message.subscriber.email)
