from factory.declarations import Sequence
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from companies.models import Company
from subscribers.models import Subscriber, SubscriberCompany


class CompanyFactory(DjangoModelFactory[Company]):
    """`contacts=[...]` makes them belong to it; it is the primary one of those who have none yet."""

    class Meta:
        model = Company
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"Company {n}")

    @post_generation
    def contacts(self: Company, create: bool, contacts: list[Subscriber] | None) -> None:
        for contact in contacts or []:
            SubscriberCompany.objects.create(subscriber=contact, company=self)
            Subscriber.objects.filter(pk=contact.pk, company=None).update(company=self)
