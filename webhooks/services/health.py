"""The circuit breaker of each lane, and what becomes of an endpoint that only fails."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from changes.actors import Channel, acting_as
from changes.services import Entry, record
from jobs.claims import RELEASED
from webhooks.models import Endpoint, Lane
from webhooks.services.outcomes import SentDelivery

log = logging.getLogger(__name__)

# Failures one after the other after which nothing more is sent for a while. Then one delivery is tried.
STRIKES = 5
# The waits of WEBHOOK_RETRIES, up to this one.
LONGEST = 2


def release(held: Any, lane: Lane, sent: Sequence[SentDelivery]) -> bool:
    """Note how an endpoint does; True, and the claim is given up, if its breaker opens. One statement if that changes."""
    before = (lane.failing_since, lane.pauses)
    if lane.endpoint is None:
        return False
    failed = [one for one in sent if not one.succeeded]
    if len(failed) < len(sent):
        lane.failing_since = None
    elif lane.failing_since is None:
        lane.failing_since = timezone.now()
    opens = should_open(lane, sent)
    lane.pauses = lane.pauses + 1 if opens else 0
    if opens:
        waits = settings.WEBHOOK_RETRIES or [60]
        wait = waits[min(lane.pauses, LONGEST, len(waits)) - 1]
        columns = {"due": Now() + timedelta(seconds=wait), **RELEASED}
        held.update(failing_since=lane.failing_since, pauses=lane.pauses, **columns)
    elif before != (lane.failing_since, lane.pauses):
        held.update(failing_since=lane.failing_since, pauses=lane.pauses)
    if has_failed_for_days(lane):
        disable(lane.endpoint)
        return True
    return opens


def should_open(lane: Lane, sent: Sequence[SentDelivery]) -> bool:
    """Whether nobody answered the last requests; of a lane that was paused, the one."""
    last = sent[-1 if lane.pauses else -STRIKES :]
    return len(last) >= (1 if lane.pauses else STRIKES) and not any(one.succeeded or one.refused for one in last)


def has_failed_for_days(lane: Lane) -> bool:
    days = settings.WEBHOOK_FAILING_DAYS
    return bool(days and lane.failing_since and lane.failing_since < timezone.now() - timedelta(days=days))


def release_idle(held: Any) -> None:
    """Give the lane up, where the breaker has not done so already. One statement."""
    held.update(due=Now(), **RELEASED)


@transaction.atomic
def disable(endpoint: Endpoint) -> None:
    """Send an endpoint nothing any more, and tell whoever made it."""
    if not Endpoint.objects.filter(pk=endpoint.pk, is_disabled=False).update(is_disabled=True):
        return
    with acting_as(Channel.SYSTEM):
        record([Entry("endpoint_updated", None, {"columns": ["is_disabled"]}, ("endpoint", endpoint.pk))])
    log.error("The webhook %s (%s) was disabled: it has only failed for days.", endpoint.pk, endpoint.url)
    author = endpoint.created_by
    if author is not None and author.email:
        transaction.on_commit(partial(tell, author.email, endpoint.url), robust=True)


def tell(address: str, url: str) -> None:
    send_mail(
        f"{settings.SITE_NAME}: a webhook was disabled",
        f"{url} has not accepted any event for {settings.WEBHOOK_FAILING_DAYS} days, so it gets no more.\n\n"
        f"When it works again, enable it at {settings.SITE_URL}/admin/webhooks/endpoint/.\n",
        None,
        [address],
        fail_silently=True,
    )
