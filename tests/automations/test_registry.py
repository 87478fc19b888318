"""Triggers and blocks of other apps: the example of docs/automations.md, run as it stands there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from automations import registry
from automations.registry import blocks, triggers
from changes.actors import Channel, acting_as
from changes.services import Entry, record
from subscribers.models import Subscriber
from tests.automations.working import automation, block, contacts_in, work
from tests.factories import SubscriberFactory
from tests.processes import ROOT

DOCS = ROOT / "docs" / "automations.md"


@pytest.fixture
def own_parts() -> Iterator[None]:
    """What a test registers is forgotten afterwards."""
    known: list[dict[str, Any]] = [dict(triggers()), dict(blocks())]
    kept: list[dict[str, Any]] = [registry._triggers, registry._blocks]
    yield
    for parts, before in zip(kept, known, strict=True):
        parts.clear()
        parts.update(before)


@pytest.mark.django_db(transaction=True)
def test_the_example_works(own_parts: None) -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    exec(example, {})  # noqa: S102 - our own page
    ada, alan = SubscriberFactory.create_batch(2)
    made = automation(block("shop/make_customer", contact_type="customer"), trigger="shop/note_written")
    for contact, channel in ((ada, Channel.API), (alan, Channel.ADMIN)):
        with acting_as(channel):
            record([Entry("note_created", [contact.pk], {}, ("note", 1))])
    work()
    assert contacts_in(made) == [ada.pk]
    assert list(Subscriber.objects.filter(contact_type="customer")) == [ada]


@pytest.mark.parametrize("parts", [triggers, blocks])
def test_each_has_a_name_a_label_and_words_for_what_it_does(parts: Any) -> None:
    for name, part in parts().items():
        if not name.startswith("tests_"):
            assert part.name == name
            assert part.label
            assert part.description.endswith(".")


@pytest.mark.parametrize("parts", [triggers, blocks])
def test_the_page_names_each(parts: Any) -> None:
    page = DOCS.read_text()
    names = [name for name in parts() if not name.startswith("tests_")]
    goals = {"fluent_crm/event_tracked"}
    assert [name for name in names if f"`{name}`" not in page and name not in goals] == []


@pytest.mark.django_db
def test_settings_that_a_part_starts_with_are_checked_without_a_failure() -> None:
    for part in (*triggers().values(), *blocks().values()):
        assert isinstance(part.check(part.settings), str)
        assert isinstance(part.check({}), str)
