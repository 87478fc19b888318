"""Dates and times in texts that Python makes, in the formats of fluentcrm_api.formats, as Django's templates have them."""

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

# DATETIME_FORMAT with seconds, also in templates; Django has no name for it.
EXACT = "j M Y, H:i:s"


def date_time(at: datetime | None, nothing: str = "–") -> str:
    """A date and time in the site's time zone."""
    return date_format(localtime(at), "DATETIME_FORMAT") if at else nothing


def exact_time(at: datetime) -> str:
    """The same to the second, for what proves something or is read in order: history, consents, attempts."""
    return date_format(localtime(at), EXACT)


def day(at: date | None, nothing: str = "–") -> str:
    """A date; of a date and time, that in the site's time zone."""
    return date_format(localtime(at) if isinstance(at, datetime) else at, "DATE_FORMAT") if at else nothing


def custom_text(value: Any, kind: str) -> str:
    """A custom value of that type in words; nothing for none. What is no date stays as it is."""
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    try:
        if kind == "date":
            return day(date.fromisoformat(value))
        if kind == "date_time":
            # It is kept as the site's clocks show it.
            return date_format(datetime.fromisoformat(value), "DATETIME_FORMAT")
    except (TypeError, ValueError):
        pass
    return str(value)
