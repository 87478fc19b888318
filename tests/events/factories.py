from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from events.models import TrackedEvent
from tests.factories import SubscriberFactory, UserFactory


class TrackedEventFactory(DjangoModelFactory[TrackedEvent]):
    class Meta:
        model = TrackedEvent

    subscriber = SubFactory(SubscriberFactory)
    created_by = SubFactory(UserFactory)
    event_key = Sequence(lambda n: f"event_{n}")
    title = Sequence(lambda n: f"Event {n}")
