"""The rate of sending of all workers together: one row says until when sendings are given out."""

from datetime import datetime, timedelta

from django.utils import timezone

from emails.models import Pace

# How long all workers leave a server alone that takes nothing.
PAUSE = timedelta(seconds=30)


def allowance(now: datetime, rate: int) -> int:
    """How many messages may leave now. Locks the row of the pace, where there is a rate, until the commit."""
    paces = Pace.objects.filter(pk=1)
    pace = (paces.select_for_update() if rate else paces).first()
    second = now + timedelta(seconds=1)
    if pace is None:
        if rate:
            Pace.objects.get_or_create(pk=1, defaults={"until": now})
        return rate or 2**31
    if not rate:
        return 2**31 if pace.until <= second else 0
    return int((second - max(pace.until, now)) / timedelta(seconds=1) * rate + 1e-6)


def use_up(now: datetime, number: int, rate: int) -> None:
    """Note that so many messages leave: the next ones wait for their part of a second."""
    pace = Pace.objects.get(pk=1)
    Pace.objects.filter(pk=1).update(until=max(pace.until, now) + timedelta(seconds=number / rate))


def pause() -> None:
    """Let all workers leave the mail server alone for a while."""
    Pace.objects.update_or_create(pk=1, defaults={"until": timezone.now() + PAUSE})
