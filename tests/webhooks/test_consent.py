"""Which status a contact has after it came through a hook (contract.md, 'Messages, consent, hooks')."""

from datetime import UTC, datetime

import pytest

from emails.models import Message
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


def asked() -> list[str]:
    return sorted(Message.objects.filter(kind="double_optin", state="scheduled").values_list("email", flat=True))


@pytest.mark.django_db
def test_a_pending_hook_asks_for_consent() -> None:
    hook = Webhook.objects.create(name="Form", status="pending")
    data_of(post(hook, {"email": "new@example.com"}))
    for before in Status.values:
        data_of(post(hook, {"email": SubscriberFactory.create(status=before, email=f"{before}@example.com").email}))
    # Whoever bounced or complained is asked nothing, and whoever has confirmed is not asked again.
    assert asked() == [
        "new@example.com",
        "pending@example.com",
        "transactional@example.com",
        "unsubscribed@example.com",
    ]


@pytest.mark.django_db
def test_it_asks_once_however_often_a_form_is_sent() -> None:
    hook = Webhook.objects.create(name="Form", status="pending")
    for _ in range(3):
        data_of(post(hook, {"email": "new@example.com"}))
    assert asked() == ["new@example.com"]


@pytest.mark.django_db
def test_another_hook_asks_nobody() -> None:
    data_of(post(Webhook.objects.create(name="Form", status="subscribed"), {"email": "new@example.com"}))
    assert asked() == []
