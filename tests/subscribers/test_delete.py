"""DELETE /subscribers/{id} and DELETE /subscribers: with all that hangs on a contact."""

from typing import Any

import pytest

from custom_fields.models import CustomField
from notes.models import Note
from segments.models import ContactList, Tag
from subscribers.models import Subscriber, SubscriberList, SubscriberTag
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import NOT_FOUND, missing

DELETED = {"message": "Selected Subscribers has been deleted"}


def make_contacts(count: int) -> list[Subscriber]:
    """Contacts with one of everything that can hang on one."""
    CustomFieldFactory.create(slug="job")
    tag, contact_list = TagFactory.create(slug="gold"), ContactListFactory.create(slug="news")
    contacts = SubscriberFactory.create_batch(count, tags=[tag], lists=[contact_list], custom_values={"job": "CTO"})
    Note.objects.bulk_create([Note(subscriber=contact, title="T", description="D") for contact in contacts])
    return contacts


def left() -> dict[str, list[int]]:
    return {
        "contacts": list(Subscriber.objects.order_by("pk").values_list("pk", flat=True)),
        "tags": list(SubscriberTag.objects.order_by("subscriber_id").values_list("subscriber_id", flat=True)),
        "lists": list(SubscriberList.objects.order_by("subscriber_id").values_list("subscriber_id", flat=True)),
        "notes": list(Note.objects.order_by("subscriber_id").values_list("subscriber_id", flat=True)),
    }


def test_it_deletes_one_contact_and_all_that_hangs_on_it(api: Api) -> None:
    gone, stays = make_contacts(2)
    answer = api.delete(f"/subscribers/{gone.pk}")
    assert (answer.status_code, answer.json()) == (200, DELETED)
    assert left() == {"contacts": [stays.pk], "tags": [stays.pk], "lists": [stays.pk], "notes": [stays.pk]}
    assert (Tag.objects.count(), ContactList.objects.count(), CustomField.objects.count()) == (1, 1, 1)
    assert api.get("/subscribers?tags[]=gold").json()["total"] == 1
    assert api.get("/subscribers").json()["total"] == 1


def test_it_answers_404_the_second_time(api: Api) -> None:
    contact = SubscriberFactory.create()
    assert api.delete(f"/subscribers/{contact.pk}").status_code == 200
    answer = api.delete(f"/subscribers/{contact.pk}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("pk", [0, 999_999])
def test_it_answers_404_for_a_contact_that_is_not_there(api: Api, pk: int) -> None:
    SubscriberFactory.create()
    answer = api.delete(f"/subscribers/{pk}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize("key", ["subscribers", "subscriber_ids"])
@pytest.mark.parametrize("shape", ["list", "texts", "comma", "query"])
def test_it_deletes_many_and_passes_over_those_that_are_not_there(api: Api, key: str, shape: str) -> None:
    first, stays, second = make_contacts(3)
    ids: list[Any] = [first.pk, second.pk, second.pk, 999_999]
    match shape:
        case "list":
            answer = api.delete("/subscribers", {key: ids})
        case "texts":
            answer = api.delete("/subscribers", {key: [str(pk) for pk in ids]})
        case "comma":
            answer = api.delete("/subscribers", {key: ",".join(str(pk) for pk in ids)})
        case _:
            answer = api.delete("/subscribers?" + "&".join(f"{key}[]={pk}" for pk in ids))
    assert (answer.status_code, answer.json()) == (200, DELETED)
    assert left() == {"contacts": [stays.pk], "tags": [stays.pk], "lists": [stays.pk], "notes": [stays.pk]}


@pytest.mark.parametrize("body", [None, {}, {"subscribers": []}, {"subscribers": "all"}, {"subscribers": [0, -1]}])
def test_it_deletes_nobody_without_ids(api: Api, body: Any) -> None:
    SubscriberFactory.create()
    answer = api.delete("/subscribers", body)
    assert (answer.status_code, answer.json()) == (422, missing("subscriber_ids"))
    assert Subscriber.objects.count() == 1


def test_it_knows_every_kind_of_row_that_hangs_on_a_contact() -> None:
    """A relation named "+" is hidden from delete_contacts; its rows would stay or break the deletion."""

    def named(relations: Any) -> set[tuple[str, str]]:
        return {
            (relation.related_model.__name__, relation.field.name)
            for relation in relations
            if relation.auto_created and not relation.concrete and not relation.many_to_many
        }

    known = named(Subscriber._meta.related_objects)
    assert known == named(Subscriber._meta.get_fields(include_hidden=True))
    assert {("Note", "subscriber"), ("SubscriberTag", "subscriber"), ("SubscriberList", "subscriber")} <= known
