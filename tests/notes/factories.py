from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from notes.models import Note
from tests.factories import SubscriberFactory, UserFactory


class NoteFactory(DjangoModelFactory[Note]):
    class Meta:
        model = Note

    subscriber = SubFactory(SubscriberFactory)
    created_by = SubFactory(UserFactory)
    title = Sequence(lambda n: f"Note {n}")
    description = "<p>very important note</p>"
