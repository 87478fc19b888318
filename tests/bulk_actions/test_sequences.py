"""add_to_email_sequence."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from sequences.models import SequenceMail, SequenceTracker
from sequences.services.sequences import set_status
from tests.bulk_actions.conftest import World
from tests.bulk_actions.test_statements import make_contacts
from tests.factories import SubscriberFactory
from tests.jobs.queue import finish
from tests.sequences.factories import EmailSequenceFactory

Act = Callable[..., Any]
ADD = "add_to_email_sequence"


def inside() -> list[int]:
    return list(SequenceTracker.objects.order_by("subscriber").values_list("subscriber", flat=True))


@pytest.mark.parametrize("key", ["new_status", "sequence_id", "action_options"])
def test_it_names_the_sequence_in_any_of_its_ways(act: Act, world: World, key: str) -> None:
    contacts = SubscriberFactory.create_batch(2)
    pks = [contact.pk for contact in contacts]
    sent = {"new_status": None} | {key: [world.sequence.pk] if key == "action_options" else str(world.sequence.pk)}
    answer = act(ADD, subscriber_ids=[*pks, 10**9], **sent)
    assert (answer.status_code, answer.json()["completed_contacts"]) == (200, 2)
    assert inside() == pks


def test_a_contact_enters_once_and_only_if_it_may_get_mail(act: Act, world: World) -> None:
    contacts = {status: SubscriberFactory.create(status=status).pk for status in ("subscribed", "pending", "bounced")}
    for _ in range(2):
        answer = act(ADD, subscriber_ids=list(contacts.values()))
        assert (answer.status_code, answer.json()["completed_contacts"]) == (200, 3)
        assert inside() == [contacts["subscribed"]]


@pytest.mark.parametrize("sent", [None, "", [], "x", [1, 2], {}])
def test_it_needs_one_sequence(act: Act, sent: Any) -> None:
    assert act(ADD, subscriber_ids=[SubscriberFactory.create().pk], new_status=sent).status_code in (400, 422)
    assert inside() == []


def test_a_sequence_that_is_not_there_is_404(act: Act) -> None:
    answer = act(ADD, subscriber_ids=[SubscriberFactory.create().pk], new_status=999_999)
    assert answer.status_code == 404


def test_one_that_is_not_published_or_has_no_mails_is_422(act: Act, world: World) -> None:
    contact = SubscriberFactory.create()
    set_status([world.sequence.pk], "draft")
    for pk in (world.sequence.pk, EmailSequenceFactory.create().pk):
        answer = act(ADD, subscriber_ids=[contact.pk], new_status=pk)
        assert answer.status_code == 422
    assert inside() == []


def test_a_job_fails_plainly_where_the_sequence_was_paused_meanwhile(act: Act, world: World) -> None:
    act(ADD, subscriber_ids=[SubscriberFactory.create().pk], background=True)
    set_status([world.sequence.pk], "draft")
    job = finish(Job.objects.get())
    assert job.state == "failed"
    assert "deleted or paused" in job.error


def test_it_takes_as_many_statements_for_a_thousand_as_for_ten(act: Act, world: World) -> None:
    assert SequenceMail.objects.filter(sequence=world.sequence).exists()
    counts = []
    for size in (10, 1000):
        pks = make_contacts(size, world, linked=False)
        act("change_contact_type", subscriber_ids=pks[:1])
        with CaptureQueriesContext(connection) as queries:
            assert act(ADD, subscriber_ids=pks).json()["completed_contacts"] == size
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(inside()) == 1010
