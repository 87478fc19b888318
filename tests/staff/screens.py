"""A row for the screen of any model, and every screen."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from factory.django import DjangoModelFactory

from accounts.models import ApiKey, ApplicationPassword
from accounts.services import hash_password
from campaigns.models import Campaign, Recurring
from changes.models import Change
from emails.models import Consent
from options.models import Option
from pipelines.models import Stage
from tests.campaigns.factories import make_campaign, make_recurring
from tests.emails.factories import MailingFactory
from tests.factories import SubscriberFactory
from webhooks.models import Delivery, Endpoint, Event, Webhook

TESTS = Path(__file__).parents[1]
numbers = count(1000)


def labels() -> list[str]:
    """The labels of the models with a screen."""
    return sorted(model._meta.label for model in admin.site._registry)


def make_row(model: Any, user: User) -> Any:
    """A row of the model; the user's own, where rows have a user."""
    number = next(numbers)
    owner = {"user": user} if any(field.name == "user" for field in model._meta.fields) else {}
    if made := factories().get(model):
        return made.create(**owner)
    values: dict[Any, Any] = {
        ApiKey: {"name": "Shop", "hash": hash_password(f"key {number}")},
        ApplicationPassword: {"name": "Shop", "hash": hash_password(f"password {number}")},
        Change: {"channel": "admin", "event": "updated", "contacts": 0},
        Endpoint: {"url": "https://shop.example.com/hook"},
        Group: {"name": f"Group {number}"},
        Option: {"name": f"group_{number}"},
        Stage: {"name": f"Stage {number}", "slug": f"stage-{number}", "position": number},
        Webhook: {"name": "Hook"},
    }
    if model is Campaign:
        return make_campaign(f"Campaign {number}")
    if model is Recurring:
        return make_recurring(f"Recurring {number}")
    if model is Delivery:
        event = Event.objects.create(type="contact.created", data="{}")
        return Delivery.objects.create(endpoint=Endpoint.objects.create(url="https://example.com"), event=event)
    if model is Consent:
        return Consent.objects.create(subscriber=SubscriberFactory.create(), mailing=MailingFactory.create())
    assert model in values, f"tests/staff/screens.py has no row for the screen of {model._meta.label}."
    return model._default_manager.create(**values[model], **owner)


@cache
def factories() -> dict[type[Model], Any]:
    """The factory of each model that has one, in any app's tests."""
    for path in sorted(TESTS.rglob("factories.py")):
        import_module(".".join(("tests", *path.relative_to(TESTS).with_suffix("").parts)))
    return {factory._meta.model: factory for factory in reversed(list(subclasses(DjangoModelFactory)))}


def subclasses(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        if child._meta.model is not None:
            yield child
        yield from subclasses(child)
