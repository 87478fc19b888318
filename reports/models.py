"""What happened on each day, in numbers: kept, as counting a year of history takes longer than a page may."""

from typing import ClassVar

from django.db import models


class DayCount(models.Model):
    """How many contacts, or messages, something happened to on a day (reports.services.daily)."""

    day = models.DateField()
    name = models.CharField(max_length=48, help_text="One of changes.events, or the status that contacts got.")
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            # daily.read_days, and the row that a batch adds to.
            models.UniqueConstraint(fields=["day", "name"], name="reports_day_count"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} {self.name}"


class Reader(models.Model):
    """How far `changes` was counted. One row."""

    cursor = models.CharField(max_length=64, default="", help_text="Of changes.cursor.")

    def __str__(self) -> str:
        return self.cursor
