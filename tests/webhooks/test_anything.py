"""Whatever is posted without credentials is answered, and never with a 500."""

import json
import random
from typing import Any

import pytest
from django.test import Client

from subscribers.models import Subscriber
from tests.client import FLUENTCRM
from tests.companies.factories import CompanyFactory
from tests.factories import CustomFieldFactory, TagFactory
from tests.webhooks.strangers import address
from webhooks.models import Webhook
from webhooks.providers import READERS
from webhooks.services import bounce_code

ATOMS: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, 1e400, "", " ", "\x00", "ada@example.com", "ADA@example.com", "x" * 500, "[1,", '{"a": 1}',
    "1,2", "Σς İ é", "\u202e", "2026-02-30", "1990-04-05", "Bounce", "bounce", "failed", "permanent", "HardBounce", [], {},
]  # fmt: skip
KEYS = (
    "email first_name full_name date_of_birth tags lists companies custom_values plan seats latitude avatar contact_type "
    "status id event event-data recipient severity Type Email RecordType Message notificationType bounce bounceType "
    "bouncedRecipients emailAddress reason type Signature SignatureVersion SigningCertURL delivery-status signature"
).split()


def anything(chance: random.Random, depth: int = 0) -> Any:
    """A value of JSON with the keys that are read, and values that do not fit them."""
    match chance.randrange(3 if depth < 3 else 1):
        case 0:
            return chance.choice(ATOMS)
        case 1:
            return {chance.choice(KEYS): anything(chance, depth + 1) for _ in range(chance.randrange(1, 8))}
        case _:
            return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_it_answers(seed: int) -> None:
    chance = random.Random(seed)
    CustomFieldFactory.create(slug="plan", type="select-multi", options=["a"])
    CustomFieldFactory.create(slug="seats", type="number")
    hook = Webhook.objects.create(name="Form", tags=[TagFactory.create().pk], companies=[CompanyFactory.create().pk])
    services = [f"{FLUENTCRM}/public/bounce_handler/{service}/handle/{bounce_code()}" for service in READERS]
    for _ in range(25):
        body = anything(chance)
        if isinstance(body, dict) and chance.random() < 0.7:
            body["email"] = f"{chance.randrange(5)}@example.com"
        for place in (address(hook), address(hook, beside="&many=1"), *services):
            # Python writes Infinity, which is no JSON.
            for text in (json.dumps(body), json.dumps(body)[:-1]):
                answer = Client().generic("POST", place, text, content_type="application/json")
                assert answer.status_code in (200, 400, 403), (text, answer.content)
                assert isinstance(answer.json(), dict)
                if answer.json().get("success") is True:
                    assert Subscriber.objects.exists()
