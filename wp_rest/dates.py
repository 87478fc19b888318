"""Dates as WordPress writes them: `YYYY-MM-DD HH:MM:SS` in the site's time zone (TIME_ZONE)."""

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils import timezone

# fromisoformat() also knows weeks (2026-W05-6) and dates without hyphens.
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def write_datetime(value: datetime | None) -> str | None:
    """An aware datetime as `2026-01-31 09:05:00` in the site's time zone."""
    if value is None:
        return None
    return value.astimezone(timezone.get_default_timezone()).isoformat(" ", "seconds")[:19]


@cache
def site_is_utc() -> bool:
    """Kept: a page asks it hundreds of times, and Django's settings take a microsecond to answer."""
    return bool(settings.TIME_ZONE == "UTC")


setting_changed.connect(lambda **_: site_is_utc.cache_clear(), weak=False)


def write_utc(text: str | None) -> str | None:
    """The same for a text in UTC, `2026-01-31 09:05:00.25+00`, as databases keep it.

    Where UTC is the site's time zone, the text is only cut.
    """
    if text is None or site_is_utc():
        return text and text[:19]
    value = datetime.fromisoformat(text)
    return write_datetime(value if value.tzinfo else value.replace(tzinfo=UTC))


def read_datetime(text: Any) -> datetime | None:
    """An aware datetime from `YYYY-MM-DD[ HH:MM[:SS]]` or ISO 8601; without an offset it is the site's time.

    None for anything else, and for times that do not exist: 2026-02-30, and the hour that the clocks skip.
    In an hour that the clocks repeat, the first of the two is meant. A date alone is the start of its day, also
    where the clocks skip midnight.
    """
    if not isinstance(text, str) or not DAY.match(text.strip()):
        return None
    try:
        value = datetime.fromisoformat(text.strip())
        if timezone.is_naive(value):
            zone = timezone.get_default_timezone()
            local = value
            value = local.replace(tzinfo=zone).astimezone(UTC)
            if value.astimezone(zone).replace(tzinfo=None, fold=0) != local and not DAY.fullmatch(text.strip()):
                return None
        # Near the years 1 and 9999 a time may be outside the calendar in another time zone; it could be
        # stored but not read again.
        value.astimezone(UTC)
        value.astimezone(timezone.get_default_timezone())
    except (OverflowError, ValueError):
        return None
    return value


def read_date(text: Any) -> date | None:
    """A date from `YYYY-MM-DD`; None for anything else."""
    if not isinstance(text, str) or not DAY.fullmatch(text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
