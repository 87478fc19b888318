"""Notes on the admin's pages of companies. Those of contacts are in their timeline (test_contact_page)."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from notes.models import Note
from tests.companies.factories import CompanyFactory
from tests.factories import UserFactory
from tests.notes.factories import NoteFactory

PATH = "/admin/companies/company/"


@pytest.fixture
def owner(db: None) -> Company:
    return CompanyFactory.create(name="Acme")


def own(owner: Company, **given: Any) -> Note:
    return NoteFactory.create(subscriber=None, company=owner, status="_company_note_", **given)


def path(owner: Company) -> str:
    return f"{PATH}{owner.pk}/change/"


def form(*notes: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The form of a company with forms of notes, the first `initial` of them of notes that there are."""
    sent = {"notes-TOTAL_FORMS": str(len(notes)), "notes-INITIAL_FORMS": str(initial)}
    for index, note in enumerate(notes):
        filled = {"type": "call", "title": "Called", "description": "<p>d</p>"}
        filled |= {"created_at_0": "2026-01-31", "created_at_1": "09:05:00"}
        sent |= {f"notes-{index}-{name}": str(value) for name, value in (filled | note).items()}
    return {"name": "Acme", "employees_number": "0"} | sent


def test_it_adds_a_note_in_the_name_of_who_is_signed_in(browser: Client, admin: User, owner: Company) -> None:
    sent = form({"title": "<b>Called</b>", "description": "<p onclick='x()'>ok</p>"})
    assert browser.post(path(owner), sent).status_code == 302
    note = Note.objects.get()
    assert (note.title, note.description, note.type) == ("Called", "<p>ok</p>", "call")
    assert note.created_by == admin
    assert (note.company, note.status) == (owner, "_company_note_")


def test_it_adds_a_note_with_a_new_owner(browser: Client, admin: User, owner: Company) -> None:
    assert browser.post(f"{PATH}add/", form({}) | {"name": "New"}).status_code == 302
    note = Note.objects.get()
    new = Company.objects.latest("pk")
    assert new != owner
    assert (note.company, note.created_by) == (new, admin)


def test_it_changes_and_deletes_notes_and_keeps_their_author(browser: Client, owner: Company) -> None:
    gone, changed = own(owner), own(owner)
    page = browser.get(path(owner)).content.decode()
    assert page.index(changed.title) < page.index(gone.title)
    sent = form({"id": changed.pk, "title": "Changed"}, {"id": gone.pk, "DELETE": "on"}, initial=2)
    assert browser.post(path(owner), sent).status_code == 302
    note = Note.objects.get()
    assert (note.pk, note.title, note.created_by) == (changed.pk, "Changed", changed.created_by)


def test_it_shows_the_newest_ten_and_leaves_the_others_alone(browser: Client, owner: Company) -> None:
    notes = [own(owner, title=f"Note number {number:02}") for number in range(13)]
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(path(owner)).content.decode()
    assert [f"Note number {number:02}" in page for number in range(13)] == [False] * 3 + [True] * 10
    assert len([query for query in queries if "notes_note" in query["sql"]]) == 1
    # A newer one than those that the page had changes nothing.
    own(owner, title="Newer")
    shown = [{"id": note.pk, "title": f"Changed {note.pk}"} for note in notes[:2:-1]]
    assert browser.post(path(owner), form(*shown, initial=10)).status_code == 302
    changed = Note.objects.filter(title__startswith="Changed").order_by("pk")
    assert list(changed) == notes[3:]
    assert Note.objects.count() == 14


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", "<b></b>", "The title must have a text."),
        ("description", "<script>x</script>", "Nothing of the description is allowed here."),
        ("description", "x" * 65_536, "The description is too long."),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, owner: Company, field: str, value: str, error: str) -> None:
    answer = browser.post(path(owner), form({field: value}))
    assert answer.status_code == 200
    assert error in answer.content.decode()
    assert not Note.objects.exists()


def test_it_does_not_reach_the_note_of_another_owner(browser: Client, owner: Company) -> None:
    for note in (NoteFactory.create(), own(CompanyFactory.create())):
        sent = form({"id": note.pk, "title": "Mine now"}, initial=1)
        browser.post(path(owner), sent)
        kept = Note.objects.get(pk=note.pk)
        assert (kept.title, kept.subscriber, kept.company) == (note.title, note.subscriber, note.company)
    assert Note.objects.count() == 2


def test_it_takes_the_rights_of_notes(owner: Company) -> None:
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_company", "change_company"]))
    note = own(owner)
    assert note.title not in client.get(path(owner)).content.decode()
    client.post(path(owner), form({"id": note.pk, "title": "Changed"}, {}, initial=1))
    assert Note.objects.get().title == note.title
