"""Custom values in queries of the ORM: of any model with a column `custom_values`."""

from django.db.models import Case, When
from django.db.models.functions import Cast, Left, Length
from django.db.models.lookups import LessThanOrEqual, Regex

from database.json_values import ExactNumber, HasOption, JSONText

DAY = r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]"
# The end is no line's end: Python's $ would take "5" and a line break for a number.
NUMBER = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)\Z"
MAX_NUMBER = 300


def custom_text(slug: str) -> JSONText:
    """A custom value as text; null where there is none."""
    return JSONText("custom_values", slug)


def has_option(slug: str, options: list[str]) -> HasOption:
    """True where a custom value is, or as a list holds, one of the options."""
    return HasOption("custom_values", slug, options)


def custom_day(slug: str) -> Case:
    """The day of a custom date as ISO text, which sorts as days do; null where it is none."""
    text = custom_text(slug)
    return Case(When(Regex(text, DAY), then=Left(text, 10)), default=None)


def custom_number(slug: str) -> Case:
    """A custom value as a number; null where it is none: the field may have been a text before."""
    text = custom_text(slug)
    # Of any length, a number could be one that the database cannot hold, which fails the filter for everybody.
    is_number = Regex(text, NUMBER) & LessThanOrEqual(Length(text), MAX_NUMBER)
    return Case(When(is_number, then=Cast(text, ExactNumber())), default=None, output_field=ExactNumber())
