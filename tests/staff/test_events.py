"""Tracked events in the admin: read, not written."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import TrackedEvent
from tests.events.factories import TrackedEventFactory

LIST = "/admin/events/trackedevent/"


def test_it_lists_and_searches_events(browser: Client) -> None:
    event = TrackedEventFactory.create(title="Signed up")
    TrackedEventFactory.create(title="Left")
    page = browser.get(f"{LIST}?q=signed").content.decode()
    assert "Signed up" in page
    assert event.subscriber.email in page
    assert "Left" not in page


def test_it_takes_as_many_statements_for_many_events_as_for_few(browser: Client) -> None:
    counts = []
    for events in (2, 30):
        TrackedEventFactory.create_batch(events)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_it_lets_nobody_add_or_change_one(browser: Client) -> None:
    event = TrackedEventFactory.create(title="Signed up")
    assert browser.get(f"{LIST}add/").status_code == 403
    path = f"{LIST}{event.pk}/change/"
    assert "Signed up" in browser.get(path).content.decode()
    assert browser.post(path, {"title": "Other"}).status_code == 403
    assert TrackedEvent.objects.get().title == "Signed up"


def test_it_offers_the_providers_of_the_newest_events_and_the_chosen_one(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("staff.events.LOOKED_AT", 2)
    for provider in ("old", "shop", "forum"):
        TrackedEventFactory.create(provider=provider)

    def offered(query: str) -> tuple[list[str], int]:
        listed = browser.get(LIST + query).context["cl"]
        (spec,) = [spec for spec in listed.filter_specs if spec.title == "provider"]
        return [provider for provider, _ in spec.lookup_choices], listed.result_count

    assert offered("") == (["forum", "shop"], 3)
    assert offered("?provider=old") == (["forum", "old", "shop"], 1)
    assert offered("?provider=none") == (["forum", "none", "shop"], 0)
    TrackedEvent.objects.all().delete()
    assert browser.get(f"{LIST}?provider=old").context["cl"].result_count == 0
