"""Two actions on the same contacts at the same moment, in opposite order: neither client hears of a deadlock."""

from functools import partial
from typing import Any

import pytest

from segments.counts import count_contacts
from subscribers.models import Subscriber, SubscriberTag
from subscribers.services import set_custom_value
from tests.automations.factories import BlockFactory
from tests.bulk_actions.conftest import PATH, World
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.sequences.factories import SequenceMailFactory
from tests.threads import at_once, two_writers

pytestmark = [two_writers, pytest.mark.django_db(transaction=True)]
PAIRS = [
    ("add_to_tags", "remove_from_tags"),
    ("add_to_tags", "change_contact_status"),
    ("change_contact_status", "change_contact_type"),
    ("update_custom_fields", "add_to_lists"),
    ("add_to_company", "remove_from_company"),
    ("delete_contacts", "add_to_tags"),
    ("delete_contacts", "add_to_email_sequence"),
    ("add_to_email_sequence", "change_contact_status"),
    ("delete_contacts", "add_to_automation"),
    ("add_to_automation", "add_to_tags"),
    ("add_to_automation", "change_contact_status"),
    ("delete_contacts", "delete_contacts"),
]


@pytest.fixture
def transactional_world(transactional_db: None) -> World:
    CustomFieldFactory.create(slug="job_title")
    tag = TagFactory.create()
    block = BlockFactory.create(automation__status="published", settings={"tags": [str(tag.pk)]})
    return World(
        tag,
        ContactListFactory.create(),
        CompanyFactory.create(),
        SequenceMailFactory.create().sequence,
        block.automation,
    )


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_it_ends_without_a_deadlock(api: Api, transactional_world: World, pair: tuple[str, str]) -> None:
    def ask(action: str, pks: list[int]) -> Any:
        return api.put(PATH, transactional_world.options(action) | {"subscriber_ids": pks})

    for _ in range(8):
        pks = [contact.pk for contact in SubscriberFactory.create_batch(40)]
        answers = at_once(
            partial(ask, pair[0], pks),
            partial(ask, pair[1], pks[::-1]),
        )
        for answer in answers:
            body = answer.json()
            # Whoever comes second finds nobody any more, or nobody new to the company.
            assert answer.status_code in ((200, 422) if "add_to_company" in pair else (200,)), body
            assert body.get("completed_contacts", 0) in ((0, 40) if "delete_contacts" in pair else (40,)), body
    assert count_contacts() == Subscriber.objects.count()
    assert count_contacts("tag", transactional_world.tag.pk) == SubscriberTag.objects.count()
    members = Subscriber.objects.exclude(company_links=None)
    assert list(members.order_by("pk")) == list(Subscriber.objects.exclude(company=None).order_by("pk"))


def test_it_crosses_with_the_deletion_of_the_tag(api: Api, transactional_world: World) -> None:
    pks = [contact.pk for contact in SubscriberFactory.create_batch(20)]
    for _ in range(10):
        tag = TagFactory.create()
        SubscriberTag.objects.bulk_create(SubscriberTag(subscriber_id=pk, tag=tag) for pk in pks[:10])
        body = {"action_name": "add_to_tags", "action_options": [tag.pk], "subscriber_ids": pks}
        added, deleted = at_once(partial(api.put, PATH, body), partial(api.delete, f"/tags/{tag.pk}"))
        assert added.status_code in (200, 422), added.json()
        assert deleted.status_code == 200
        assert not SubscriberTag.objects.exists()


def test_it_loses_no_custom_value_of_two_who_merge_at_once(transactional_db: None) -> None:
    pks = [contact.pk for contact in SubscriberFactory.create_batch(20, custom_values={"kept": "k"})]
    for number in range(20):
        text = str(number)
        at_once(
            partial(set_custom_value, pks, "one", text),
            partial(set_custom_value, pks[::-1], "two", text),
        )
        values = Subscriber.objects.values_list("custom_values", flat=True)
        assert all(value == {"kept": "k", "one": text, "two": text} for value in values)


def test_it_loses_no_custom_value_of_a_put_and_a_bulk_action_at_once(api: Api, transactional_world: World) -> None:
    CustomFieldFactory.create(slug="hobby")
    contact = SubscriberFactory.create()
    bulk = transactional_world.options("update_custom_fields") | {"subscriber_ids": [contact.pk]}
    for number in range(15):
        Subscriber.objects.update(custom_values={})
        put = {"custom_values": {"hobby": str(number)}}
        answers = at_once(partial(api.put, PATH, bulk), partial(api.put, f"/subscribers/{contact.pk}", put))
        assert [answer.status_code for answer in answers] == [200, 200]
        contact.refresh_from_db()
        assert contact.custom_values == {"job_title": "Boss", "hobby": str(number)}
