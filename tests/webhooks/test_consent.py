"""Which status a contact has after it came through a hook (contract.md, 'Messages, consent, hooks')."""

from datetime import UTC, datetime

import pytest

from subscribers.models import LEFT, Status, Subscriber
from tests.factories import SubscriberFactory
from tests.webhooks.strangers import data_of, post
from webhooks.models import STATUSES, Webhook

KEPT = ("bounced", "complained", "spammed")
# Of (before, hook's): a confirmed contact is neither asked again nor taken off.
STAYS_SUBSCRIBED = {("subscribed", "pending"), ("subscribed", "transactional")}


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("before", Status.values)
def test_it_gives_the_hooks_status_but_to(before: str, status: str) -> None:
    hook = Webhook.objects.create(name="Form", status=status)
    contact = SubscriberFactory.create(
        status=before,
        unsubscribe_reason="Enough" if before in LEFT else None,
        unsubscribe_date=datetime(2026, 1, 1, tzinfo=UTC) if before in LEFT else None,
    )
    data_of(post(hook, {"email": contact.email, "first_name": "Back"}))
    contact.refresh_from_db()
    kept = before in KEPT or (before, status) in STAYS_SUBSCRIBED or before == status
    assert (contact.status, contact.first_name) == (before if kept else status, "Back")
    if contact.status not in LEFT:
        assert [contact.unsubscribe_reason, contact.unsubscribe_date] == [None, None]
    elif kept:
        assert contact.unsubscribe_reason == "Enough"


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES)
def test_a_new_contact_has_the_hooks_status(status: str) -> None:
    data_of(post(Webhook.objects.create(name="Form", status=status), {"email": "new@example.com"}))
    assert Subscriber.objects.get().status == status
