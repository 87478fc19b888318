"""/sequences/{id}/subscribers and /sequences/subscriber/{id}/sequences."""

from typing import Any

import pytest

from emails.models import Message, State
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.services.enrolling import enrol
from sequences.services.sequences import set_status
from sequences.services.stepping import step_due
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.sequences.factories import EmailSequenceFactory, SequenceMailFactory, SequenceTrackerFactory


@pytest.fixture
def mail(sequence: EmailSequence) -> SequenceMail:
    return SequenceMailFactory.create(sequence=sequence)


def inside(sequence: EmailSequence) -> list[int]:
    return list(sequence.trackers.order_by("subscriber").values_list("subscriber", flat=True))


def path(sequence: EmailSequence) -> str:
    return f"/sequences/{sequence.pk}/subscribers"


# --- Who enters ---------------------------------------------------------------------------------


def test_contacts_enter_by_lists_and_tags(api: Api, mail: SequenceMail) -> None:
    tag, news, old = TagFactory.create(), ContactListFactory.create(), ContactListFactory.create()
    both = SubscriberFactory.create(tags=[tag], lists=[news])
    tagged = SubscriberFactory.create(tags=[tag])
    listed = SubscriberFactory.create(lists=[news])
    left_out = SubscriberFactory.create(tags=[tag], lists=[old])
    SubscriberFactory.create(tags=[tag], lists=[news], status="pending")
    sequence = mail.sequence
    answer = api.post(path(sequence), {"subscribers": {"lists": [news.pk], "tags": [tag.pk]}})
    assert answer.json() == {"total": 1, "remaining": 0, "next_page": 2, "page_total": 1, "in_total": 1}
    assert inside(sequence) == [both.pk]
    chosen = {"subscribers": {"tags": [tag.pk]}, "excludedSubscribers": {"lists": [old.pk]}}
    assert api.post(path(sequence), chosen).json()["page_total"] == 1
    assert inside(sequence) == [both.pk, tagged.pk]
    api.post(path(sequence), {"subscribers": f'{{"lists": ["{news.pk}"]}}'})
    assert inside(sequence) == [both.pk, tagged.pk, listed.pk]
    assert left_out.pk not in inside(sequence)


def test_they_enter_by_advanced_filters(api: Api, mail: SequenceMail) -> None:
    contact = SubscriberFactory.create(city="Paris")
    SubscriberFactory.create(city="Leeds")
    groups = [[{"source": ["subscriber", "city"], "operator": "=", "value": "Paris"}]]
    api.post(path(mail.sequence), {"sending_filter": "advanced_filters", "advanced_filters": groups})
    assert inside(mail.sequence) == [contact.pk]


def test_they_enter_a_chunk_at_a_time(api: Api, mail: SequenceMail, settings: Any) -> None:
    settings.BULK_CHUNK = 2
    tag = TagFactory.create()
    SubscriberFactory.create_batch(5, tags=[tag])
    answers = [
        api.post(path(mail.sequence), {"subscribers": {"tags": tag.pk}, "page": page}).json() for page in (1, 2, 3)
    ]
    assert [answer["remaining"] for answer in answers] == [3, 1, 0]
    assert [answer["in_total"] for answer in answers] == [2, 4, 5]
    assert answers[-1]["next_page"] == 4
    assert api.post(path(mail.sequence), {"subscribers": {"tags": tag.pk}}).json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"subscribers": {}}, 422),
        ({"subscribers": {"lists": [], "tags": []}}, 422),
        ({"subscribers": "x"}, 400),
        ({"subscribers": [1]}, 400),
        ({"subscribers": {"lists": [1, "x"]}}, 400),
        ({"subscribers": {"lists": [1]}, "excludedSubscribers": "x"}, 400),
        ({"sending_filter": "nonsense"}, 400),
        ({"sending_filter": ["list_tag"]}, 400),
        ({"sending_filter": "advanced_filters"}, 422),
        ({"sending_filter": "advanced_filters", "advanced_filters": "x"}, 422),
    ],
)
def test_nobody_enters_where_it_is_not_said_who(api: Api, mail: SequenceMail, body: Any, status: int) -> None:
    SubscriberFactory.create()
    assert api.post(path(mail.sequence), body).status_code == status
    assert inside(mail.sequence) == []


def test_nobody_enters_a_paused_sequence_or_one_without_mails(api: Api, mail: SequenceMail) -> None:
    contact = SubscriberFactory.create(tags=[TagFactory.create()])
    body = {"subscribers": {"tags": [contact.tags.get().pk]}}
    set_status([mail.sequence_id], "draft")
    assert api.post(path(mail.sequence), body).status_code == 422
    assert api.post(path(EmailSequenceFactory.create()), body).status_code == 422
    assert not SequenceTracker.objects.exists()


@pytest.mark.parametrize("contacts", [10, 1000])
def test_entering_takes_a_constant_number_of_statements(
    api: Api, mail: SequenceMail, django_assert_max_num_queries: Any, contacts: int
) -> None:
    Subscriber.objects.bulk_create(Subscriber(email=f"c{number}@example.com") for number in range(contacts))
    groups = [[{"source": ["subscriber", "email"], "operator": "contains", "value": "@example.com"}]]
    api.get("/sequences")
    with django_assert_max_num_queries(18):
        api.post(path(mail.sequence), {"sending_filter": "advanced_filters", "advanced_filters": groups})
    assert len(inside(mail.sequence)) == contacts


@pytest.mark.parametrize("contacts", [10, 1000])
def test_moving_on_takes_a_constant_number_of_statements(
    mail: SequenceMail, django_assert_max_num_queries: Any, contacts: int
) -> None:
    people = Subscriber.objects.bulk_create(Subscriber(email=f"c{number}@example.com") for number in range(contacts))
    enrol(mail.sequence_id, [person.pk for person in people])
    with django_assert_max_num_queries(20):
        assert step_due()
    assert Message.objects.count() == contacts


# --- Who is in it -------------------------------------------------------------------------------


def test_it_lists_who_is_where_the_newest_first(api: Api, mail: SequenceMail) -> None:
    following = SequenceMailFactory.create(sequence=mail.sequence, delay_amount=1)
    contacts = SubscriberFactory.create_batch(2)
    enrol(mail.sequence_id, [contact.pk for contact in contacts])
    step_due()
    SequenceTrackerFactory.create()
    page = api.get(path(mail.sequence)).json()
    assert (page["total"], page["per_page"]) == (2, 15)
    assert [row["subscriber_id"] for row in page["data"]] == [contacts[1].pk, contacts[0].pk]
    tracker = SequenceTracker.objects.get(subscriber=contacts[1])
    shown = page["data"][0]
    assert shown == {
        "id": tracker.pk,
        "campaign_id": mail.sequence_id,
        "subscriber_id": contacts[1].pk,
        "last_sequence_id": mail.pk,
        "next_sequence_id": following.pk,
        "status": "active",
        "type": "sequence_tracker",
        "last_executed_time": shown["last_executed_time"],
        "next_execution_time": shown["next_execution_time"],
        "notes": [],
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
        "subscriber": api.get(f"/subscribers/{contacts[1].pk}").json()["subscriber"],
    }


def test_it_lists_the_sequences_of_a_contact(api: Api, mail: SequenceMail, contact: Subscriber) -> None:
    following = SequenceMailFactory.create(sequence=mail.sequence, delay_amount=1)
    SequenceTrackerFactory.create(subscriber=contact, status="cancelled", reason="The contact was pending.")
    enrol(mail.sequence_id, [contact.pk])
    step_due()
    page = api.get(f"/sequences/subscriber/{contact.pk}/sequences").json()["sequence_trackers"]
    newer, older = page["data"]
    assert newer["sequence"]["id"] == mail.sequence_id
    assert newer["sequence"]["stats"]["emails"] == 2
    assert (newer["last_sequence"]["id"], newer["next_sequence"]["id"]) == (mail.pk, following.pk)
    assert (older["status"], older["notes"]) == ("cancelled", ["The contact was pending."])
    assert (older["last_sequence"], older["next_sequence"]) == (None, None)
    assert api.get("/sequences/subscriber/999/sequences").status_code == 404


@pytest.mark.parametrize("number", [1, 10])
def test_lists_take_a_constant_number_of_statements(
    api: Api, sequence: EmailSequence, contact: Subscriber, django_assert_num_queries: Any, number: int
) -> None:
    for _ in range(number):
        SequenceTrackerFactory.create(sequence=sequence, last_mail=SequenceMailFactory.create(sequence=sequence))
        other = SequenceMailFactory.create()
        SequenceTrackerFactory.create(subscriber=contact, sequence=other.sequence, last_mail=other)
    api.get("/sequences")
    with django_assert_num_queries(6):
        assert len(api.get(path(sequence)).json()["data"]) == number
    with django_assert_num_queries(8):
        page = api.get(f"/sequences/subscriber/{contact.pk}/sequences").json()["sequence_trackers"]
    assert len(page["data"]) == number


# --- Who is taken out ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["tracker_ids", "subscriber_ids"])
def test_they_are_taken_out_and_may_enter_again(api: Api, mail: SequenceMail, contact: Subscriber, key: str) -> None:
    stays = SubscriberFactory.create()
    enrol(mail.sequence_id, [contact.pk, stays.pk])
    step_due()
    tracker = SequenceTracker.objects.get(subscriber=contact)
    body = {key: [tracker.pk if key == "tracker_ids" else contact.pk, 999_999]}
    assert api.delete(path(mail.sequence), body).status_code == 200
    assert inside(mail.sequence) == [stays.pk]
    # It had completed the sequence, but its last mail had not left.
    assert Message.objects.get(subscriber=contact).state == State.CANCELLED
    assert Message.objects.get(subscriber=stays).state == State.SCHEDULED
    assert enrol(mail.sequence_id, [contact.pk]) == [contact.pk]


def test_no_mail_follows_whoever_is_taken_out(api: Api, mail: SequenceMail, contact: Subscriber) -> None:
    SequenceMailFactory.create(sequence=mail.sequence, delay_amount=1)
    enrol(mail.sequence_id, [contact.pk])
    step_due()
    api.delete(path(mail.sequence), {"subscriber_ids": contact.pk})
    message = Message.objects.get()
    assert (message.state, message.error) == (State.CANCELLED, "Taken out of the sequence.")


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"tracker_ids": "1,x"}, 400), ({"subscriber_ids": []}, 422)])
def test_nobody_is_taken_out_where_it_is_not_said_who(
    api: Api, mail: SequenceMail, contact: Subscriber, body: Any, status: int
) -> None:
    enrol(mail.sequence_id, [contact.pk])
    assert api.delete(path(mail.sequence), body).status_code == status
    assert inside(mail.sequence) == [contact.pk]


@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE"])
def test_a_sequence_that_is_not_there_is_404(api: Api, verb: str) -> None:
    body = {"subscribers": {"tags": [1]}, "subscriber_ids": [1]}
    assert api.send(verb, "/sequences/999/subscribers", body).status_code == 404


def test_a_deleted_contact_takes_its_trackers_with_it(api: Api, mail: SequenceMail, contact: Subscriber) -> None:
    enrol(mail.sequence_id, [contact.pk])
    step_due()
    api.delete(f"/subscribers/{contact.pk}")
    assert not SequenceTracker.objects.exists()
    assert not step_due()
