"""Endpoints: saved, deleted, given a new secret, tested; and deliveries that are sent again."""

import json
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from changes.rows import entry_of, saving
from changes.services import record
from retries.services import after_commit
from webhooks.events import TEST
from webhooks.models import Delivery, Endpoint, Lane, State
from webhooks.models.outgoing import make_secret
from webhooks.services.posting import ATTEMPT_SECONDS, NewEvent, write_events
from webhooks.services.sending import send_one
from webhooks.services.spreading import start_reading

# How long a former secret is good for.
OVERLAP = timedelta(days=1)


@transaction.atomic
def save_endpoint(endpoint: Endpoint) -> None:
    """Write one endpoint. It gets what happens from now on, also when it was disabled before. Eight statements at most."""
    # Before the row, as nobody who makes events waits for it.
    start_reading()
    new = endpoint.pk is None
    if not new and not endpoint.is_disabled and Endpoint.objects.filter(pk=endpoint.pk, is_disabled=True).exists():
        endpoint.since = timezone.now()
        Lane.objects.filter(endpoint=endpoint.pk).update(failing_since=None, pauses=0, due=timezone.now())
    with saving(endpoint, "endpoint"):
        endpoint.save()
    if new:
        Lane.objects.create(endpoint=endpoint)


def give_secret(endpoint: Endpoint, secret: str = "") -> None:
    """Give an endpoint that is not saved yet a new secret. For a day requests are signed with the former one as well."""
    if secret != endpoint.secret:
        endpoint.former_secret, endpoint.former_until = endpoint.secret, timezone.now() + OVERLAP
        endpoint.secret = secret or make_secret()


@transaction.atomic
def delete_endpoints(ids: Iterable[int]) -> int:
    """Delete endpoints; returns how many there were. Their deliveries go when they are old. Three statements, and history's."""
    found = list(Endpoint.objects.filter(pk__any_of=ids).order_by("pk").select_for_update())
    chosen = [endpoint.pk for endpoint in found]
    Lane.objects.filter(endpoint__any_of=chosen)._raw_delete(using="default")
    Endpoint.objects.filter(pk__any_of=chosen)._raw_delete(using="default")
    record([entry_of(endpoint, "endpoint", "deleted") for endpoint in found])
    return len(found)


def test_endpoint(endpoint: Endpoint) -> Delivery:
    """Send a test event now, once; its delivery, with what came of it. Not in a transaction of the caller.

    In a request with an Idempotency-Key it leaves after the commit, and the delivery is pending until then.
    """
    about = {"webhook": {"url": endpoint.url}, "message": "This is a test."}
    with transaction.atomic():
        [pk] = write_events([NewEvent(TEST, timezone.now(), None, json.dumps(about), [endpoint.pk])])
        # If this process dies, a worker sends it.
        Delivery.objects.filter(pk=pk).update(due=timezone.now() + timedelta(seconds=2 * ATTEMPT_SECONDS))
    after_commit(partial(send_one, pk, endpoint))
    return Delivery.objects.select_related("event").get(pk=pk)


def send_again(ids: Iterable[int]) -> int:
    """Have deliveries sent once more, at once and with the same ids; returns how many. One statement.

    Those that wait for their first or next attempt stay as they are.
    """
    over = Delivery.objects.filter(pk__any_of=ids, state__in=(State.DELIVERED, State.FAILED))
    count: int = over.update(state=State.PENDING, attempts=0, due=timezone.now(), error="")
    return count
