"""The comparison of one column or custom field, read from an operator and a value as clients send them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from custom_fields.expressions import MAX_NUMBER
from rest.numbers import as_integer
from subscribers.conditions import AGES, EMPTY, DateTime, Day, Number, Source, Text
from wp_rest.dates import read_date, read_datetime
from wp_rest.exceptions import Unprocessable
from wp_rest.parameters import as_list

# FluentCRM's other words for the operators of days.
OF_DAYS = {"<": "before", ">": "after"}
# Operators whose value is a list.
OF_LISTS = frozenset({"in", "not_in", "in_all", "not_in_all"})
# More days before or after today are not a date any more.
MAX_DAYS = 100_000


def refuse() -> Unprocessable:
    return Unprocessable("Invalid Advanced Filters")


def as_texts(operator: str, value: Any) -> list[Any]:
    """The texts to compare with: for operators on lists a list in any form, else the text as it is."""
    if operator in OF_LISTS:
        return as_list(value, "value")
    return value if isinstance(value, list) else [value or ""]


def text_condition(name: str, source: Source, operator: str, value: Any) -> Text:
    texts = tuple(str(entry) for entry in as_texts(operator, value))
    if operator in EMPTY:
        texts = ()
    elif operator not in ("in", "not_in"):
        texts = texts[:1] or ("",)
    return Text(name, operator if operator in Text.OPERATORS else "=", source, texts)


def number_condition(name: str, source: Source, operator: str, value: Any) -> Number:
    if operator in EMPTY:
        return Number(name, operator, source)
    numbers = tuple(read_number(entry) for entry in as_list(value, "value"))
    if operator not in ("in", "not_in"):
        if not numbers:
            raise refuse()
        numbers = numbers[:1]
    return Number(name, operator if operator in Number.OPERATORS else "=", source, numbers)


def read_number(entry: Any) -> Decimal:
    """A number from JSON or a text, with all digits. A number that no field can have becomes another such number.

    Raises Unprocessable.
    """
    try:
        number = Decimal(str(entry))
    except InvalidOperation:
        raise refuse() from None
    if number.is_nan():
        raise refuse()
    if number.is_infinite() or number.adjusted() > MAX_NUMBER:
        return Decimal(10).scaleb(MAX_NUMBER).copy_sign(number)
    return number if number.adjusted() > -MAX_NUMBER else Decimal(0)


def day_condition(name: str, source: Source, operator: str, value: Any) -> Day:
    """A comparison of whole days."""
    if operator in EMPTY:
        return Day(name, operator, source)
    if operator in AGES:
        return Day(name, operator, source, days=read_days(value))
    day = read_date(str(value or "").strip()[:10])
    if day is None:
        raise refuse()
    operator = OF_DAYS.get(operator, operator)
    return Day(name, operator if operator in Day.OPERATORS else "=", source, day)


def datetime_condition(name: str, operator: str, value: Any) -> DateTime:
    """A comparison of dates and times; a date alone stands for its whole day in the site's time zone."""
    if operator in EMPTY:
        return DateTime(name, operator)
    if operator in AGES:
        return DateTime(name, operator, days=read_days(value))
    text = str(value or "").strip()
    begin = read_datetime(text)
    if begin is None:
        raise refuse()
    end = None
    if (day := read_date(text)) and day < date.max:
        tomorrow = datetime.combine(day, time.min) + timedelta(days=1)
        end = timezone.make_aware(tomorrow, timezone.get_default_timezone())
    operator = OF_DAYS.get(operator, operator)
    return DateTime(name, operator if operator in DateTime.OPERATORS else "=", begin, end)


def read_days(value: Any) -> int:
    number = as_integer(value)
    if number is None or not 0 <= number <= MAX_DAYS:
        raise refuse()
    return number
