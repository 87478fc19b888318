"""Rows for tests. Through the ORM: the services are what is tested."""

from django.contrib.auth.models import User
from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from custom_fields.models import CustomField
from segments.models import ContactList, Tag
from subscribers.models import Subscriber


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = Sequence(lambda n: f"user{n}")
    email = LazyAttribute(lambda user: f"{user.username}@example.com")


class TagFactory(DjangoModelFactory[Tag]):
    class Meta:
        model = Tag

    title = Sequence(lambda n: f"Tag {n}")
    # In the order in which they are made: answers sort by slug.
    slug = Sequence(lambda n: f"tag-{n:06}")


class ContactListFactory(DjangoModelFactory[ContactList]):
    class Meta:
        model = ContactList

    title = Sequence(lambda n: f"List {n}")
    slug = Sequence(lambda n: f"list-{n:06}")


class CustomFieldFactory(DjangoModelFactory[CustomField]):
    class Meta:
        model = CustomField

    slug = Sequence(lambda n: f"field_{n}")
    label = LazyAttribute(lambda field: field.slug)
    type = "text"


class SubscriberFactory(DjangoModelFactory[Subscriber]):
    """`tags=[...]` and `lists=[...]` link it to rows that exist."""

    class Meta:
        model = Subscriber
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"contact{n}@example.com")
    first_name = Sequence(lambda n: f"First{n}")
    last_name = "Last"

    @post_generation
    def tags(self: Subscriber, create: bool, tags: list[Tag] | None) -> None:
        if tags:
            self.tags.add(*tags)

    @post_generation
    def lists(self: Subscriber, create: bool, lists: list[ContactList] | None) -> None:
        if lists:
            self.lists.add(*lists)
