"""The number of rows of the admin's lists: where it is not known it is counted by a request of its own."""

from typing import Any

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rest.waiting import HAS_LEFT
from staff.contacts import SubscriberAdmin
from staff.notes import NoteAdmin
from subscribers.models import Subscriber
from tests.database.slow import ENDLESS
from tests.factories import SubscriberFactory, TagFactory
from tests.notes.factories import NoteFactory
from tests.subscribers.expected import statements

LIST = "/admin/subscribers/subscriber/"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def pages_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SubscriberAdmin, "list_per_page", 5)
    monkeypatch.setattr(NoteAdmin, "list_per_page", 5)


def listed(browser: Client, query: str) -> Any:
    answer = browser.get(LIST + query)
    assert answer.status_code == 200, answer["Location"]
    return answer.context["cl"]


def number(browser: Client, query: str, address: str = LIST) -> dict[str, str]:
    answer = browser.get(f"{address}count/{query}", headers=JSON)
    assert answer.status_code == 200
    found: dict[str, str] = answer.json()
    return found


def test_a_page_with_more_behind_it_does_not_count(browser: Client) -> None:
    SubscriberFactory.create_batch(12, first_name="Ada")
    for page, text in ((1, "more than 5 contacts"), (2, "more than 10 contacts"), (3, "12 contacts")):
        changes = listed(browser, f"?q=ada&p={page}")
        assert (changes.found, changes.paginator.num_pages) == (text, min(page + 1, 3))
    last = f"{LIST}?q=ada&p=3&counted=12"
    assert number(browser, "?q=ada") == {"text": "12 contacts", "problem": "", "last": last}


def test_the_page_says_so_and_has_a_link_that_counts(browser: Client) -> None:
    SubscriberFactory.create_batch(6, first_name="Ada")
    page = browser.get(f"{LIST}?q=ada&contact_type=lead&p=1").content.decode()
    assert 'href="/admin/subscribers/subscriber/count/?q=ada&amp;contact_type=lead"' in page
    assert page.count('<span class="rows-found"') == page.count("more than 5 contacts") == 2
    assert "Select all contacts that were found" in page
    assert "All that were found are selected" in page
    page = browser.get(LIST).content.decode()
    assert "count-rows" not in page
    assert "Select all 6 contacts" in page


def test_without_scripts_the_number_is_a_message_on_the_list(browser: Client) -> None:
    SubscriberFactory.create_batch(6, first_name="Ada")
    answer = browser.get(f"{LIST}count/?q=ada&p=2", follow=True)
    assert answer.redirect_chain == [(f"{LIST}?q=ada", 302)]
    assert "The list has 6 contacts." in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["", "?q=ada", "?tag={tag}", "?tag={tag}&contact_type=customer", "?contact_type=lead"]
)
def test_it_counts_what_the_list_finds(browser: Client, query: str) -> None:
    tag = TagFactory.create()
    SubscriberFactory.create_batch(2, first_name="Ada", tags=[tag])
    SubscriberFactory.create(first_name="Grace", tags=[tag], contact_type="customer")
    query = query.format(tag=tag.pk)
    assert number(browser, query)["text"] == listed(browser, query).found


@pytest.mark.parametrize("query", ["?tag=x", "?tag=1&tag_mode=some", "?where=x", "?created_from=soon", "?nothing=1"])
def test_what_the_list_refuses_is_not_counted(browser: Client, query: str) -> None:
    answer = browser.get(f"{LIST}count/{query}", headers=JSON)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


def test_the_last_page_is_read_from_the_end_of_what_was_counted(browser: Client) -> None:
    SubscriberFactory.create_batch(12, first_name="Ada")
    last = number(browser, "?q=ada")["last"]
    oldest = list(Subscriber.objects.order_by("pk").values_list("pk", flat=True)[:2])
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(last)
    changes = answer.context["cl"]
    assert ([contact.pk for contact in changes.result_list], changes.found) == (oldest[::-1], "12 contacts")
    assert [sql for sql in statements(queries) if "LIMIT 2" in sql and "OFFSET" not in sql]
    page = answer.content.decode()
    assert "counted=" not in page
    # What has come since moves no rows out of the last page.
    SubscriberFactory.create_batch(7, first_name="Ada")
    assert [contact.pk for contact in browser.get(last).context["cl"].result_list] == oldest[::-1]


@pytest.mark.parametrize("told", ["", "x", "-1", "0", "9" * 40, "3&counted=4"])
def test_a_number_that_nobody_counted_breaks_nothing(browser: Client, told: str) -> None:
    SubscriberFactory.create_batch(7, first_name="Ada")
    answer = browser.get(f"{LIST}?q=ada&counted={told}")
    assert answer.status_code == 200
    assert len(answer.context["cl"].result_list) <= 5
    assert browser.get(f"{LIST}?counted={told}").context["cl"].found == "7 contacts"


def test_without_more_pages_there_is_no_last_one(browser: Client) -> None:
    SubscriberFactory.create_batch(5, first_name="Ada")
    assert number(browser, "?q=ada")["last"] == ""
    assert number(browser, "?q=nobody")["last"] == ""


@pytest.mark.parametrize("query", ["?q=ada&p=3", "?q=ada&p=99999999999999999999", "?q=ada&p=0", "?q=ada&p=-1"])
def test_there_is_no_page_behind_the_last_one(browser: Client, query: str) -> None:
    SubscriberFactory.create_batch(7, first_name="Ada")
    answer = browser.get(LIST + query)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


def test_every_page_is_in_the_order_of_the_list(browser: Client) -> None:
    for number in (7, 2, 9, 4, 1, 8, 3, 12, 6, 11, 5, 10):
        SubscriberFactory.create(first_name="Ada", email=f"{number:02}@example.com")
    pages = [listed(browser, f"?q=ada&o=1&p={page}").result_list for page in (1, 2, 3)]
    emails = [contact.email for page in pages for contact in page]
    assert emails == sorted(emails)
    assert len(emails) == 12


def test_only_who_may_see_the_list_may_count_it(viewer_of: Any) -> None:
    SubscriberFactory.create_batch(6)
    assert viewer_of("notes.view_note").get(f"{LIST}count/", headers=JSON).status_code == 403
    assert number(viewer_of("subscribers.view_subscriber"), "") == {
        "text": "6 contacts",
        "problem": "",
        "last": f"{LIST}?p=2&counted=6",
    }
    assert Client().get(f"{LIST}count/", headers=JSON).status_code == 302


def test_both_take_as_many_statements_for_many_rows_as_for_few(browser: Client) -> None:
    number(browser, "?q=ada")  # what is read once a process
    counts = []
    for size in (6, 30):
        SubscriberFactory.create_batch(size, first_name="Ada", tags=TagFactory.create_batch(1))
        with CaptureQueriesContext(connection) as page:
            listed(browser, "?q=ada")
        with CaptureQueriesContext(connection) as counting:
            assert number(browser, "?q=ada")["text"] != ""
        counts.append((len(page), len(counting)))
    # Of the count: the session, the user, the columns that the user has chosen, the fields, a savepoint, the count.
    assert counts[0] == counts[1]
    assert counts[0][1] <= 9


def test_every_list_is_counted_like_this(browser: Client) -> None:
    NoteFactory.create_batch(6, title="Call")
    page = browser.get("/admin/notes/note/?q=call")
    assert page.context["cl"].found == "more than 5 notes"
    assert number(browser, "?q=call", "/admin/notes/note/")["text"] == "6 notes"


@pytest.fixture
def endless_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(screen: Any, request: Any, queryset: Any, term: str) -> tuple[Any, bool]:
        return (queryset.filter(pk__lt=RawSQL(ENDLESS, [])) if term else queryset), False  # noqa: S611 - fixed

    monkeypatch.setattr(SubscriberAdmin, "get_search_results", search)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("endless_searches")
def test_a_count_that_takes_too_long_is_ended(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staff.row_counts.SECONDS", 0)
    SubscriberFactory.create()
    assert number(browser, "?q=ada") == {
        "text": "",
        "problem": "Counting was ended, as it takes more than 0 seconds.",
        "last": "",
    }
    answer = browser.get(f"{LIST}count/?q=ada")
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?q=ada")
    assert "Counting was ended" in browser.get(LIST).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("endless_searches")
@pytest.mark.parametrize("address", [f"{LIST}?q=ada", f"{LIST}count/?q=ada"])
def test_statements_end_when_whoever_asked_has_left(browser: Client, address: str) -> None:
    SubscriberFactory.create()
    assert browser.get(address, **{HAS_LEFT: lambda: True}).status_code == 499  # type: ignore[arg-type]
    assert Subscriber.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("endless_searches")
def test_a_list_that_takes_too_long_says_so(browser: Client, settings: Any) -> None:
    settings.STATEMENT_TIMEOUT = 0.1
    SubscriberFactory.create()
    answer = browser.get(f"{LIST}?q=ada")
    assert answer.status_code == 503
    assert "This took too long" in answer.content.decode()
