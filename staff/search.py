"""What Ctrl+K finds besides screens: contacts by every word, and what has a name."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from database.expressions import holding
from staff.navigation import screens_by_label
from subscribers.models import Subscriber

# So many of a kind.
MOST = 5
# By the label of a model, the column with its name. A model without a screen is left out.
NAMED = {
    "segments.Tag": "title",
    "segments.ContactList": "title",
    "companies.Company": "name",
    "dynamic_segments.DynamicSegment": "title",
    "campaigns.Campaign": "mailing__title",
    "campaigns.Recurring": "title",
    "sequences.EmailSequence": "title",
    "automations.Automation": "title",
    "emails.Template": "title",
}


def found(request: HttpRequest, term: str) -> list[SearchResult]:
    """The first contacts and other rows that hold the words. One statement for each kind that the user may view."""
    words = " ".join(term.replace("\x00", "").split())
    if not words:
        return []
    screens = screens_by_label()
    return [
        result for label in ("subscribers.Subscriber", *NAMED) for result in of_kind(request, screens, label, words)
    ]


def of_kind(request: HttpRequest, screens: dict[str, Any], label: str, words: str) -> Iterator[SearchResult]:
    screen = screens.get(label)
    if screen is None or not screen.has_view_or_change_permission(request):
        return
    if screen.model is Subscriber:
        rows: Any = Subscriber.objects.matching(words).order_by("-pk").defer("search_text")
    else:
        rows = screen.model._default_manager.filter(holding(words, NAMED[label])).order_by("-pk")
    for row in rows[:MOST]:
        yield SearchResult(
            title=" · ".join(filter(None, [row.full_name, row.email])) if screen.model is Subscriber else str(row),
            description=row.get_status_display() if screen.model is Subscriber else str(screen.opts.verbose_name),
            link=reverse(f"admin:{screen.opts.app_label}_{screen.opts.model_name}_change", args=[row.pk]),
            icon="person" if screen.model is Subscriber else "arrow_forward",
        )
