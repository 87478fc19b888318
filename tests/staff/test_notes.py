"""Notes in the admin."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from notes.models import Note
from subscribers.models import Subscriber
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory
from tests.notes.factories import NoteFactory

ADD = "/admin/notes/note/add/"


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create()


def form(contact: Subscriber, **values: str) -> dict[str, str]:
    sent = {"subscriber": str(contact.pk), "type": "call", "title": "Called", "description": "<p>d</p>"}
    return sent | {"created_at_0": "2026-01-31", "created_at_1": "09:05:00"} | values


def test_it_lists_and_searches_notes(browser: Client) -> None:
    NoteFactory.create(title="Find me")
    NoteFactory.create(title="Not this one")
    page = browser.get("/admin/notes/note/?q=find").content.decode()
    assert "Find me" in page
    assert "Not this one" not in page


@pytest.mark.parametrize("notes", [2, 30])
def test_it_lists_with_a_constant_number_of_statements(
    browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries, notes: int
) -> None:
    NoteFactory.create_batch(notes)
    with django_assert_max_num_queries(5):
        assert browser.get("/admin/notes/note/").status_code == 200


def test_it_makes_a_note_in_the_name_of_who_is_signed_in(browser: Client, admin: User, contact: Subscriber) -> None:
    assert browser.post(ADD, form(contact)).status_code == 302
    note = Note.objects.get()
    assert (note.title, note.created_by, note.subscriber) == ("Called", admin, contact)


def test_it_keeps_the_author_of_a_note_that_is_changed(browser: Client, contact: Subscriber) -> None:
    note = NoteFactory.create(subscriber=contact)
    path = f"/admin/notes/note/{note.pk}/change/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, form(contact, title="Changed")).status_code == 302
    changed = Note.objects.get()
    assert (changed.title, changed.created_by) == ("Changed", note.created_by)


def test_it_cleans_title_and_description(browser: Client, contact: Subscriber) -> None:
    browser.post(ADD, form(contact, title="<b>T</b>", description="<p onclick='x()'>ok<script>x</script></p>"))
    note = Note.objects.get()
    assert (note.title, note.description) == ("T", "<p>ok</p>")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", "<b></b>", "The title must have a text."),
        ("description", "<script>x</script>", "Nothing of the description is allowed here."),
        ("description", "x" * 65_536, "The description is too long."),
    ],
)
def test_it_refuses_what_the_api_refuses(
    browser: Client, contact: Subscriber, field: str, value: str, error: str
) -> None:
    answer = browser.post(ADD, form(contact, **{field: value}))
    assert error in answer.content.decode()
    assert not Note.objects.exists()


def test_it_makes_a_note_of_a_company(browser: Client, admin: User) -> None:
    company = CompanyFactory.create()
    sent = form(SubscriberFactory.create(), subscriber="", company=str(company.pk))
    assert browser.post(ADD, sent).status_code == 302
    note = Note.objects.get()
    assert (note.company, note.subscriber, note.status, note.created_by) == (company, None, "_company_note_", admin)


def test_it_changes_a_note_of_a_company_and_keeps_whose_it_is(browser: Client) -> None:
    note = NoteFactory.create(subscriber=None, company=CompanyFactory.create(), status="_company_note_")
    path = f"/admin/notes/note/{note.pk}/change/"
    sent = form(SubscriberFactory.create(), subscriber="", company=str(note.company_id), title="Changed")
    assert browser.post(path, sent).status_code == 302
    changed = Note.objects.get()
    assert (changed.title, changed.company, changed.status) == ("Changed", note.company, "_company_note_")


def test_it_refuses_a_note_of_nobody_and_a_note_of_two(browser: Client, contact: Subscriber) -> None:
    company = CompanyFactory.create()
    for owners in ({"subscriber": ""}, {"company": str(company.pk)}):
        answer = browser.post(ADD, form(contact, **owners))
        assert "A note is about one contact or about one company." in answer.content.decode()
    assert not Note.objects.exists()


def test_its_search_reads_no_contacts(browser: Client) -> None:
    """Rows are counted and found in notes alone; of what they are shown with, the names are read."""
    NoteFactory.create_batch(3, title="Called")
    for query in ("?q=called", "?q=nothing", ""):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/admin/notes/note/{query}")
        about_notes = [query["sql"] for query in queries if "notes_note" in query["sql"]]
        joining = [sql for sql in about_notes if "JOIN" in sql]
        assert len(joining) == (0 if query == "?q=nothing" else 1)
        for sql in joining:
            assert '"notes_note"."id" IN (' in sql
            assert '"subscribers_subscriber"."email"' in sql
            assert "custom_values" not in sql
            assert "description" not in sql


def test_it_deletes_all_that_the_search_finds(browser: Client) -> None:
    NoteFactory.create_batch(3, title="Called")
    spared = NoteFactory.create(title="Kept")
    path = "/admin/notes/note/?q=called"
    sent = {"action": "delete_selected", "select_across": "1", "_selected_action": "1"}
    asked = browser.post(path, sent)
    assert "<strong>3 notes</strong>, all that match the search and filters." in asked.content.decode()
    assert Note.objects.count() == 4
    assert browser.post(path, dict(asked.context["sent"])).status_code == 302
    assert list(Note.objects.all()) == [spared]


@pytest.mark.parametrize(
    ("html", "has_editor"),
    [
        ("", True),
        ("plain, 1 &lt; 2", True),
        ('<div>a <strong>b</strong><br><a href="https://example.com" rel="noopener noreferrer">c</a></div>', True),
        ("<ul><li>one</li></ul>", True),
        ("<table><tbody><tr><td>1</td></tr></tbody></table>", False),
        ('<p style="color:red">a</p>', False),
        ('<img src="https://example.com/a.png">', False),
        ("<h2>a</h2>", False),
    ],
)
def test_the_editor_gets_what_it_does_not_lose(
    browser: Client, contact: Subscriber, html: str, *, has_editor: bool
) -> None:
    note = NoteFactory.create(subscriber=contact, description=html)
    page = browser.get(f"/admin/notes/note/{note.pk}/change/").content.decode()
    assert ("<trix-editor" in page) is has_editor
    assert ("with more in it than the editor knows" in page) is not has_editor
    assert "<trix-editor" in browser.get(ADD).content.decode()


def test_a_contact_and_a_company_are_found_by_their_names(browser: Client) -> None:
    contact = SubscriberFactory.create(first_name="Ada", email="ada@example.com")
    company = CompanyFactory.create(name="Acme")
    page = browser.get(f"{ADD}?subscriber={contact.pk}").content.decode()
    assert f'<option value="{contact.pk}" selected>ada@example.com</option>' in page
    for model, field, row in (("subscriber", "subscriber", contact), ("company", "company", company)):
        query = f"app_label=notes&model_name=note&field_name={field}&term=a"
        found = browser.get(f"/admin/autocomplete/?{query}").json()["results"]
        assert found == [{"id": str(row.pk), "text": str(row)}], model
