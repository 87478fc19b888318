"""The numbers of campaigns in the admin: of each in the list, of one that is being sent, of one that was."""

from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from campaigns.models import Campaign, Status
from emails.services.numbers import Numbers, numbers_of
from staff.shown import badge, number_cards

FIGURES = ("sent", "opened", "clicked", "unsubscribed", "complained", "bounced", "failed", "scheduled", "sending")
OF_THE_SENT = ("opened", "clicked", "unsubscribed", "complained", "bounced")
FURTHER_FIGURES = ("unsure", "cancelled")
# Something happens to it without staff: its page follows.
MOVING = (Status.SCHEDULED, Status.PROCESSING, Status.WORKING)


def figures_of(numbers: Numbers) -> list[tuple[str, int | str]]:
    """Messages by state, and what contacts did; what did not happen to any is left out of the rarer ones."""
    rare = [name for name in FURTHER_FIGURES if getattr(numbers, name)]
    shown = [(name, getattr(numbers, name)) for name in (*FIGURES, *rare)]
    return [
        (name.capitalize(), rate(number, numbers.sent) if number and numbers.sent and name in OF_THE_SENT else number)
        for name, number in shown
    ]


def rate(number: int, sent: int) -> str:
    """A number of contacts, and its part of those whom a mail was sent; nothing before any was."""
    return f"{number:,} ({100 * number / sent:.0f} %)".replace(" ", "\N{NO-BREAK SPACE}") if sent else ""


def progress_of(campaign: Campaign) -> dict[str, Any]:
    """What the part of the page needs that shows how far a campaign is. One statement for any number of messages."""
    numbers = numbers_of([campaign.pk])[campaign.pk]
    waiting = numbers.scheduled + numbers.sending
    return {
        "campaign": campaign,
        "moves": campaign.status in MOVING,
        "total": numbers.total,
        "left_house": numbers.total - waiting,
        "said": f"{numbers.total - waiting:,} of {numbers.total:,} messages have left.",
        "cards": number_cards(figures_of(numbers)),
        "state": state_of(campaign),
    }


def state_of(campaign: Campaign) -> SafeString:
    """The status as a badge; what leaves tomorrow is not about to start."""
    later = campaign.status == Status.SCHEDULED and campaign.scheduled_at and campaign.scheduled_at > timezone.now()
    status = Status.PENDING if later else Status(campaign.status)
    return badge(status, str(status.label))
