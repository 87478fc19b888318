"""Requests for consent, confirmations and departures that cross."""

import pytest

from changes.models import Change
from emails.links import Target
from emails.models import Consent, Mailing, Message
from emails.services.asking import ask_consent
from emails.services.confirming import Origin, Outcome, confirm
from emails.services.preferences import leave
from tests.emails.consent import status_of
from tests.factories import SubscriberFactory
from tests.threads import meeting_at, two_writers

pytestmark = [pytest.mark.django_db(transaction=True), two_writers]
LOCKING = "subscribers_subscriber IN EXCLUSIVE MODE"
ROUNDS = range(3)


def request_to(contact: int) -> Target:
    [message] = ask_consent([contact]).messages.values()
    return Target(contact, message)


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_requests_for_one_contact_are_one_mail(round_: int) -> None:
    pk = SubscriberFactory.create(status="pending").pk
    asked = meeting_at(LOCKING, lambda: ask_consent([pk]), lambda: ask_consent([pk]))
    assert sorted(len(one.messages) for one in asked) == [0, 1]
    assert sorted(one.left_out.get("asked", []) for one in asked) == [[], [pk]]
    assert Message.objects.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_requests_make_one_text(round_: int) -> None:
    first, second = (contact.pk for contact in SubscriberFactory.create_batch(2, status="pending"))
    meeting_at(LOCKING, lambda: ask_consent([first]), lambda: ask_consent([second]))
    assert Message.objects.count() == 2
    assert Mailing.objects.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_link_that_is_followed_twice_at_once_confirms_once(round_: int) -> None:
    target = request_to(SubscriberFactory.create(status="pending").pk)
    confirmed = meeting_at(LOCKING, lambda: confirm(target, Origin()), lambda: confirm(target, Origin()))
    assert [one.outcome for one in confirmed] == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert Consent.objects.count() == 1
    assert Change.objects.filter(event="status_changed").count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_who_leaves_while_confirming_has_left(round_: int) -> None:
    pk = SubscriberFactory.create(status="pending").pk
    target = request_to(pk)
    meeting_at(LOCKING, lambda: confirm(target, Origin()), lambda: leave(pk))
    assert status_of(pk) == "unsubscribed"
