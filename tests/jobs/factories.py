"""Jobs for tests: rows as the services make them."""

from factory.django import DjangoModelFactory

from jobs.models import Job


class JobFactory(DjangoModelFactory[Job]):
    class Meta:
        model = Job

    kind = "bulk_action"
    title = "Add to tags"
    channel = "api"
    total = 3
