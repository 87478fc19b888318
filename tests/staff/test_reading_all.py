"""Long lists say beforehand that a search, or filters, read all rows: the databases' own plans say whether that is true."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from automations.models import Enrolment
from changes.models import Change, ChangedContact
from companies.models import Company
from emails.models import Consent, Message
from events.models import TrackedEvent
from notes.models import Note
from sequences.models import SequenceTracker
from staff.reading_all import ReadingAll
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.automations.factories import AutomationFactory
from tests.emails.factories import MailingFactory
from tests.factories import ContactListFactory, TagFactory
from tests.sequences.factories import EmailSequenceFactory
from tests.subscribers.expected import statements
from webhooks.models import Delivery

COUNT = 3_000
CONTACTS = "/admin/subscribers/subscriber/"
# The lists that grow with the contacts. Others are of rows that staff make by hand; a new one belongs to one of both.
LONG: list[Any] = [
    *(Subscriber, Company, Note, TrackedEvent, Change, Consent, Message, Delivery, Enrolment, SequenceTracker)
]
TABLES = {model._meta.db_table for model in LONG}


def screens() -> Iterator[Any]:
    yield from admin.site._registry.values()


def is_long(screen: Any) -> bool:
    return isinstance(screen, ReadingAll) and not screen.few_rows


def listed(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture
def crowd(db: None) -> str:
    """Many rows in each long list; the address of a contact who has few of them."""
    drafts = [Draft({"email": f"contact{n:05}@example.com", "first_name": f"First{n}"}) for n in range(COUNT)]
    ids = list(services.create_contacts(drafts).values())
    mailing, automation, sequence = MailingFactory.create(), AutomationFactory.create(), EmailSequenceFactory.create()
    now = timezone.now()
    rows: list[list[Any]] = [
        [Company(name=f"Company {n}") for n in range(COUNT)],
        [Note(subscriber_id=pk, title="Call", description="") for pk in ids],
        [TrackedEvent(subscriber_id=pk, title="Order", event_key="order", provider="shop") for pk in ids],
        [Consent(subscriber_id=pk, mailing=mailing, email="a@example.com", at=now) for pk in ids],
        [Message(subscriber_id=pk, mailing=mailing, kind="custom", hash=f"x{pk}", due=now) for pk in ids],
        [Enrolment(subscriber_id=pk, automation=automation) for pk in ids],
        [SequenceTracker(subscriber_id=pk, sequence=sequence) for pk in ids],
        [Change(channel="api", event="created", contacts=1) for _ in ids],
    ]
    for some in rows:
        type(some[0])._default_manager.bulk_create(some)
    changes = Change.objects.order_by("-pk").values_list("pk", flat=True)[:COUNT]
    links = [ChangedContact(change_id=change, contact_id=pk) for change, pk in zip(changes, ids, strict=True)]
    ChangedContact.objects.bulk_create(links)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('subscribers_search')")
            # A few thousand rows fit into so few pages that reading them all is cheap.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1")
    return f"contact{COUNT // 2:05}@example.com"


def read_whole(browser: Client, path: str, **parameters: str) -> set[str]:
    """The tables of which the list's own statement reads all rows, unless its page is full before."""
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path, parameters or None).status_code == 200
    # A page of fifty, and one more.
    return {table for sql in statements(queries) if "LIMIT 51" in sql for table in scanned(sql)}


def scanned(sql: str) -> set[str]:
    """The tables that the plan of a statement reads without looking anything up in an index."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            found = cursor.fetchone()[0]
            [plan] = json.loads(found) if isinstance(found, str) else found
            return set(scans(plan["Plan"]))
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        names = [str(match[1]) for *_, detail in cursor.fetchall() if (match := re.match(r"SCAN (\w+)", detail))]
    aliases: dict[str, str] = {alias: table for table, alias in re.findall(r'"(\w+)" (U\d+)\b', sql)}
    return {aliases.get(name, name) for name in names} & TABLES


def scans(node: dict[str, Any]) -> Iterator[str]:
    looks_up = "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan"
    if "Relation Name" in node and not looks_up:
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from scans(below)


def test_each_list_is_either_long_or_made_by_hand() -> None:
    assert {screen.model._meta.label for screen in screens() if is_long(screen)} == {one._meta.label for one in LONG}


def test_a_list_says_that_its_search_reads_all_if_it_does(browser: Client, crowd: str) -> None:
    said, true = {}, {}
    for screen in filter(is_long, screens()):
        if screen.search_fields:
            label = screen.model._meta.label
            searched = (screen.searched or screen.model)._meta
            page = browser.get(listed(screen.model)).content.decode()
            found = re.findall(rf"Where few match, a search(.*) reads all {searched.verbose_name_plural}\.</p>", page)
            assert page.count("a search") == len(found)
            said[label] = [{searched.db_table} if "" in found else set(), {searched.db_table} if found else set()]
            true[label] = [read_whole(browser, listed(screen.model), q=text) for text in (crowd, "qx")]
    assert said == true
    assert len(said) == 9


def test_a_list_with_filters_says_that_they_may_read_all_and_some_do(browser: Client, crowd: str) -> None:
    tag, other = TagFactory.create(), ContactListFactory.create()
    for screen in filter(is_long, screens()):
        answer = browser.get(listed(screen.model))
        note = f"Where few match, filters may read all {screen.model._meta.verbose_name_plural}."
        assert answer.content.decode().count(f'<p class="reads-all">{note}</p>') == bool(screen.list_filter)
        # Counting what each filter finds would read all rows for each.
        assert "Show counts" not in answer.content.decode()
        if not screen.list_filter or screen.model is Delivery:  # as the crowd has no deliveries
            continue
        changes = answer.context["cl"]
        chosen = [choice.get("query_string") for spec in changes.filter_specs for choice in spec.choices(changes)]
        queries = [f"?tag={tag.pk}&tag_mode=none&list={other.pk}&list_mode=none", *filter(None, chosen)]
        if screen.model is not Subscriber:
            del queries[0]
        table = screen.model._meta.db_table
        assert any(table in read_whole(browser, listed(screen.model) + query) for query in queries), table


def test_lists_of_what_staff_make_say_nothing(browser: Client) -> None:
    for screen in screens():
        if not is_long(screen):
            answer = browser.get(listed(screen.model), follow=True)
            assert '<p class="reads-all">' not in answer.content.decode(), screen


@pytest.mark.parametrize("query", ["?q=ada", "?tag=1", "?contact_type=lead&created_from=2026-01-01"])
def test_the_note_narrows_nothing_and_has_no_chip(browser: Client, query: str) -> None:
    answer = browser.get(CONTACTS + query)
    assert answer.status_code == 200
    assert not any("read" in chip["text"] for chip in answer.context["chips"])
    assert answer.content.decode().count("filters may read all contacts") == 1
