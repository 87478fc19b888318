"""Numbers of messages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from emails.models import Click, Message

TimeColumn = Literal["sent_at", "opened_at", "clicked_at"]


def stats_of_contact(pk: int) -> dict[str, int]:
    """How many mails were sent to a contact, and how many of them it opened and clicked in. One statement."""
    counted: dict[str, int] = (
        Message.objects.of_contact(pk)
        .listed()
        .sent()
        .aggregate(emails=Count("pk"), opens=Count("opened_at"), clicks=Count("clicked_at"))
    )
    return counted


def messages_by_day(column: TimeColumn, first: date, last: date) -> dict[str, int]:
    """How many messages were sent (first opened, first clicked in) on each day of the site's time zone. One statement."""
    zone = timezone.get_default_timezone()
    start, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    rows = (
        Message.objects.listed()
        .filter(**{f"{column}__gte": start, f"{column}__lt": end})
        .values_list(TruncDate(column, tzinfo=zone))
        .annotate(number=Count("pk"))
        .order_by()
    )
    found = dict(rows)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {str(day): found.get(day, 0) for day in days}


def followed_by_contact(pk: int) -> QuerySet[Any]:
    """The addresses that a contact followed, each once with how many `times`, the most followed first."""
    clicks: QuerySet[Any] = Click.objects.filter(message__subscriber=pk)
    return clicks.values(url=F("link__url")).annotate(times=Sum("count")).order_by("-times", "url")


def recipients_by_mailing(mailings: Iterable[int]) -> Mapping[int, int]:
    """How many contacts each mailing went to, or will. One statement."""
    rows = Message.objects.filter(mailing__in=set(mailings)).values_list("mailing").annotate(number=Count("pk"))
    return dict(rows.order_by())


def clicks_of_message(pk: int) -> list[tuple[str, int]]:
    """The addresses that were followed in a message, with how often. One statement."""
    return list(Click.objects.filter(message=pk).order_by("pk").values_list("link__url", "count"))
