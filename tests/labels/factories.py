"""Labels for tests."""

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from labels.models import Label


class LabelFactory(DjangoModelFactory[Label]):
    class Meta:
        model = Label

    title = Sequence(lambda n: f"Label {n}")
    color = "#ff0000"
