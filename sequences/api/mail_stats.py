"""What became of the mails of a sequence, in the words that campaigns have (campaigns.json)."""

from typing import Any

from emails.services.numbers import Numbers, numbers_of


def add_stats(mails: list[dict[str, Any]]) -> None:
    """Add `stats` to mails as they are shown. One statement."""
    numbers = numbers_of([mail["id"] for mail in mails])
    for mail in mails:
        mail["stats"] = show_stats(numbers[mail["id"]])


def show_stats(numbers: Numbers) -> dict[str, int]:
    return {
        "total": numbers.total,
        "sent": numbers.sent,
        "clicks": numbers.clicked,
        "views": numbers.opened,
        "unsubscribers": numbers.unsubscribed,
    }
